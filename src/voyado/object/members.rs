use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer as _,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::OtherFields;
use crate::voyado::field::Mismatch;

/// The members of a JSON object: one slot for each known name, and the rest.
///
/// The slots are taken in the order of the names. A field that goes by `K` names takes `K` slots: the first
/// that holds something counts, and what the others hold is kept with the rest.
pub(in crate::voyado) struct Members<'de, const N: usize> {
    slots: [Option<Member<'de>>; N],
    taken: usize,
    other: OtherFields,
}

struct Member<'de> {
    name: Cow<'de, str>,
    value: &'de RawValue,
}

impl<'de, const N: usize> Members<'de, N> {
    pub(in crate::voyado) fn new() -> Self {
        Self {
            slots: [const { None }; N],
            taken: 0,
            other: OtherFields::default(),
        }
    }

    /// Reads an object whose known fields have these names, in any order and any ASCII case.
    ///
    /// Fails if the text is not one JSON object, or if a known name is in it twice.
    pub(in crate::voyado) fn parse(
        &mut self,
        json: &'de str,
        names: &[&str; N],
    ) -> Result<(), serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        deserializer.deserialize_map(MembersVisitor {
            names,
            members: self,
        })?;
        deserializer.end()
    }

    /// A field that must be there. An empty text is as good as none.
    pub(in crate::voyado) fn required<const K: usize, T>(
        &mut self,
        read: impl FnOnce(&'de RawValue) -> Result<T, Mismatch>,
    ) -> Result<T, Mismatch> {
        match self.next::<K>() {
            Some(member) if member.value.get() != r#""""# => read(member.value),
            _ => Err(Mismatch),
        }
    }

    /// A field that may be absent, but if it is there, it is of its type.
    pub(in crate::voyado) fn optional<const K: usize, T>(
        &mut self,
        read: impl FnOnce(&'de RawValue) -> Result<T, Mismatch>,
    ) -> Result<Option<T>, Mismatch> {
        self.next::<K>()
            .map(|member| read(member.value))
            .transpose()
    }

    /// A field that nobody promised: a value of another type is kept with the rest.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "`payload!` calls every class of field alike"
    )]
    pub(in crate::voyado) fn inferred<const K: usize, T>(
        &mut self,
        read: impl FnOnce(&'de RawValue) -> Result<T, Mismatch>,
    ) -> Result<Option<T>, Mismatch> {
        let Some(member) = self.next::<K>() else {
            return Ok(None);
        };
        let value = read(member.value).ok();
        if value.is_none() {
            keep(&mut self.other, member);
        }
        Ok(value)
    }

    /// The rest, once every known field has been taken.
    pub(in crate::voyado) fn into_other(self) -> OtherFields {
        self.other
    }

    fn next<const K: usize>(&mut self) -> Option<Member<'de>> {
        let mut first = None;
        for slot in self.slots.iter_mut().skip(self.taken).take(K) {
            match slot.take() {
                Some(member) if member.value.get() != "null" => {
                    if first.is_none() {
                        first = Some(member);
                    } else {
                        keep(&mut self.other, member);
                    }
                }
                _ => {}
            }
        }
        self.taken += K;
        first
    }
}

fn keep(other: &mut OtherFields, member: Member<'_>) {
    other.push(member.name.into_owned(), member.value.to_owned());
}

struct MembersVisitor<'a, 'de, const N: usize> {
    names: &'a [&'a str; N],
    members: &'a mut Members<'de, N>,
}

impl<'de, const N: usize> Visitor<'de> for MembersVisitor<'_, 'de, N> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while let Some((Name(name), value)) = map.next_entry()? {
            let slot = self
                .names
                .iter()
                .zip(&mut self.members.slots)
                .find_map(|(known, slot)| {
                    (*known == name || known.eq_ignore_ascii_case(&name)).then_some(slot)
                });
            let member = Member { name, value };
            match slot {
                None => keep(&mut self.members.other, member),
                Some(slot @ None) => *slot = Some(member),
                // Whether the first or the last one holds cannot be decided.
                Some(Some(_)) => return Err(A::Error::custom("a field is there twice")),
            }
        }
        Ok(())
    }
}

/// Borrowed unless it is written with escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
