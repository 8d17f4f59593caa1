use std::borrow::Cow;

use serde::{
    Deserialize,
    de::{Error, MapAccess},
};
use serde_json::value::RawValue;

use super::OtherFields;
use crate::provider::voyado::field::Mismatch;

/// The members of a JSON object: one slot for each known name, and the rest.
///
/// The slots are taken in the order of the names. A field that goes by `K` names takes `K` slots: the first
/// that holds something counts, and what the others hold is kept with the rest.
pub(in crate::provider::voyado) struct Members<'de, const N: usize> {
    names: &'static [&'static str; N],
    slots: [Option<Member<'de>>; N],
    /// The slot behind the last one that was filled: a sender writes its fields in one order.
    expected: usize,
    taken: usize,
    other: OtherFields,
}

struct Member<'de> {
    name: Name<'de>,
    value: &'de RawValue,
}

/// The name of a member, borrowed unless it is written with escapes.
#[derive(Deserialize)]
pub(in crate::provider::voyado) struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl Name<'_> {
    /// Voyado writes one name as `contactId`, `ContactId` and `contactid`.
    #[inline]
    pub(in crate::provider::voyado) fn is(&self, known: &str) -> bool {
        // Most names are as documented, and comparing them exactly is much the faster.
        known == self.0 || known.eq_ignore_ascii_case(&self.0)
    }
}

impl<'de, const N: usize> Members<'de, N> {
    /// No members yet, of an object whose known fields have these names in any ASCII case.
    pub(in crate::provider::voyado) fn new(names: &'static [&'static str; N]) -> Self {
        Self {
            names,
            slots: [const { None }; N],
            expected: 0,
            taken: 0,
            other: OtherFields::default(),
        }
    }

    /// Reads all members, in any order.
    pub(in crate::provider::voyado) fn extend<A: MapAccess<'de>>(
        &mut self,
        mut map: A,
    ) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry()? {
            self.insert(name, value)?;
        }
        Ok(())
    }

    /// Adds a member, unless its name is known and already there: nothing says which of the two holds.
    #[inline]
    pub(in crate::provider::voyado) fn insert<E: Error>(
        &mut self,
        name: Name<'de>,
        value: &'de RawValue,
    ) -> Result<(), E> {
        let slot = self.slot_of(&name).and_then(|index| {
            self.expected = index + 1;
            self.slots.get_mut(index)
        });
        let member = Member { name, value };
        match slot {
            None => keep(&mut self.other, member),
            Some(slot @ None) => *slot = Some(member),
            Some(Some(_)) => return Err(E::custom("a field is there twice")),
        }
        Ok(())
    }

    /// Looks at the expected slot first, which spares most names a search.
    fn slot_of(&self, name: &Name<'_>) -> Option<usize> {
        let is_expected = self
            .names
            .get(self.expected)
            .is_some_and(|known| name.is(known));
        if is_expected {
            return Some(self.expected);
        }
        self.names.iter().position(|known| name.is(known))
    }

    /// The value in a slot that has not been taken yet.
    pub(in crate::provider::voyado) fn peek(&self, index: usize) -> Option<&'de RawValue> {
        self.slots.get(index)?.as_ref().map(|member| member.value)
    }

    /// A field that must be there. An empty text is as good as none.
    pub(in crate::provider::voyado) fn required<const K: usize, T>(
        &mut self,
        read: impl FnOnce(&'de RawValue) -> Result<T, Mismatch>,
    ) -> Result<T, Mismatch> {
        match self.take::<K>() {
            Some(member) if member.value.get() != r#""""# => read(member.value),
            _ => Err(Mismatch),
        }
    }

    /// A field that may be absent, but if it is there, it is of its type.
    pub(in crate::provider::voyado) fn optional<const K: usize, T>(
        &mut self,
        read: impl FnOnce(&'de RawValue) -> Result<T, Mismatch>,
    ) -> Result<Option<T>, Mismatch> {
        self.take::<K>()
            .map(|member| read(member.value))
            .transpose()
    }

    /// A field that nobody promised: a value of another type is kept with the rest.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "`payload!` calls every class of field alike"
    )]
    pub(in crate::provider::voyado) fn inferred<const K: usize, T>(
        &mut self,
        read: impl FnOnce(&'de RawValue) -> Result<T, Mismatch>,
    ) -> Result<Option<T>, Mismatch> {
        let Some(member) = self.take::<K>() else {
            return Ok(None);
        };
        let value = read(member.value).ok();
        if value.is_none() {
            keep(&mut self.other, member);
        }
        Ok(value)
    }

    /// The rest, once every known field has been taken.
    pub(in crate::provider::voyado) fn into_other(self) -> OtherFields {
        self.other
    }

    /// Takes the next `K` slots; `null` is as good as nothing.
    fn take<const K: usize>(&mut self) -> Option<Member<'de>> {
        let mut first = None;
        for slot in self.slots.iter_mut().skip(self.taken).take(K) {
            match slot.take_if(|member| member.value.get() != "null") {
                Some(member) if first.is_some() => keep(&mut self.other, member),
                Some(member) => first = Some(member),
                None => {}
            }
        }
        self.taken += K;
        first
    }
}

fn keep(other: &mut OtherFields, member: Member<'_>) {
    other.push(member.name.0.into_owned(), member.value.to_owned());
}
