use std::{array, ops::Range};

use serde::de::Error;
use serde_json::value::RawValue;

use super::{Name, Names, OtherFields, spare::Spare};
use crate::provider::voyado::field::{Mismatch, is_null, is_same};

/// The members of a JSON object: one slot for each known name, and the rest.
///
/// The slots are taken in the order of the names. A field that goes by `K` names takes `K` slots: the first whose value
/// is of the field's type counts, and what the others hold is kept with the rest.
///
/// A known name can be there several times, in one casing or in several. Equal values are one, the exact name counts
/// before another casing, and else the first before the next. What does not count is kept with the rest, in an order
/// in which it would not count again: first the value that was not of the type, then the others as they came.
pub(in crate::provider::voyado) struct Members<'de, const N: usize> {
    names: &'static Names<N>,
    slots: [Option<Member<'de>>; N],
    /// What an exact name took the slot from: it counts next.
    displaced: Vec<(usize, Member<'de>)>,
    /// What else was sent for a slot.
    spare: Spare,
    /// The slot behind the last one that was filled: a sender writes its fields in one order.
    expected: usize,
    taken: usize,
    pub(super) other: OtherFields,
}

struct Member<'de> {
    name: Name<'de>,
    value: &'de RawValue,
}

/// A known name is there again, with another value.
#[derive(Clone, Copy, Debug)]
pub(in crate::provider::voyado) struct Conflict {
    pub(in crate::provider::voyado) name: &'static str,
}

impl<'de, const N: usize> Members<'de, N> {
    /// No members yet, of an object whose known fields have these names in any ASCII case.
    pub(in crate::provider::voyado) fn new(names: &'static Names<N>) -> Self {
        Self {
            names,
            slots: [const { None }; N],
            displaced: Vec::new(),
            spare: Spare::default(),
            expected: 0,
            taken: 0,
            other: OtherFields::default(),
        }
    }

    /// Adds a member.
    #[inline]
    pub(in crate::provider::voyado) fn insert(&mut self, name: Name<'de>, value: &'de RawValue) {
        match self.slot_of(&name) {
            Some(slot) if self.slots[slot].is_none() => {
                self.slots[slot] = Some(Member { name, value });
            }
            Some(slot) => self.fill(slot, Member { name, value }),
            None => self.other.push(name.as_str(), value.get()),
        }
    }

    /// Adds a member of an object in which no known name may have two values.
    pub(in crate::provider::voyado) fn insert_only(
        &mut self,
        name: Name<'de>,
        value: &'de RawValue,
    ) -> Result<(), Conflict> {
        let Some(slot) = self.slot_of(&name) else {
            self.other.push(name.as_str(), value.get());
            return Ok(());
        };
        match &self.slots[slot] {
            None => self.slots[slot] = Some(Member { name, value }),
            Some(first) if is_same(first.value, value) => {}
            Some(_) => {
                let name = self.names.name(slot);
                return Err(Conflict { name });
            }
        }
        Ok(())
    }

    /// Fills a slot; that it is filled already is an error.
    #[inline]
    pub(super) fn fill_first<E: Error>(
        &mut self,
        slot: usize,
        name: Name<'de>,
        value: &'de RawValue,
    ) -> Result<(), E> {
        if self.slots[slot].is_some() {
            return Err(E::duplicate_field(self.names.name(slot)));
        }
        self.slots[slot] = Some(Member { name, value });
        Ok(())
    }

    /// Looks at this slot first for the next name.
    pub(super) fn look_first_at(&mut self, slot: usize) {
        self.expected = slot;
    }

    /// Which slots are filled with more than `null`.
    pub(super) fn filled(&self) -> [bool; N] {
        let is_filled = |slot: usize| self.peek(slot).is_some_and(|value| !is_null(value));
        array::from_fn(is_filled)
    }

    /// Adds a member of an object within this one. It counts behind what stands `outside`, and is none of the fields before
    /// `slots` nor behind them: their names mean something else in there.
    pub(super) fn insert_inner(
        &mut self,
        slots: &Range<usize>,
        outside: &[bool; N],
        name: Name<'de>,
        value: &'de RawValue,
    ) {
        let Some(slot) = self.slot_of(&name).filter(|slot| *slot < slots.end) else {
            return self.other.push(name.as_str(), value.get());
        };
        let member = Member { name, value };
        if slot < slots.start || outside[slot] {
            self.spare(slot, &member);
        } else {
            self.fill(slot, member);
        }
    }

    /// Takes the object out of a slot; anything else stays there.
    pub(super) fn take_object(&mut self, slot: usize) -> Option<&'de RawValue> {
        let is_object = |member: &mut Member<'_>| member.value.get().starts_with('{');
        let member = self.slots.get_mut(slot)?.take_if(is_object)?;
        Some(member.value)
    }

    /// The value in a slot that has not been taken yet.
    pub(in crate::provider::voyado) fn peek(&self, slot: usize) -> Option<&'de RawValue> {
        self.slots.get(slot)?.as_ref().map(|member| member.value)
    }

    /// Takes the field in the next `K` slots. `null` is as good as nothing.
    pub(in crate::provider::voyado) fn take<const K: usize, T>(
        &mut self,
        read: impl Fn(&'de RawValue) -> Result<T, Mismatch>,
    ) -> Option<T> {
        let mut taken = None;
        for slot in self.taken..self.taken + K {
            let member = self.slots.get_mut(slot).and_then(Option::take);
            if let Some(member) = member.filter(|member| !is_null(member.value)) {
                let value = match taken {
                    None => read(member.value).ok(),
                    Some(_) => None,
                };
                match value {
                    Some(value) => taken = Some(value),
                    None => self.keep(&member),
                }
            }
            self.keep_spare(slot);
        }
        self.taken += K;
        taken
    }

    /// The rest, once every known field has been taken.
    pub(in crate::provider::voyado) fn into_other(mut self) -> OtherFields {
        for slot in self.taken..N {
            if let Some(member) = self.slots.get_mut(slot).and_then(Option::take) {
                self.keep(&member);
            }
            self.keep_spare(slot);
        }
        self.other.shrink_to_fit();
        self.other
    }

    /// Looks at the expected slot first, which spares most names a search.
    #[inline]
    pub(super) fn slot_of(&mut self, name: &Name<'_>) -> Option<usize> {
        let is_expected = self.expected < N && name.is_exactly(self.names.name(self.expected));
        let slot = if is_expected {
            self.expected
        } else {
            self.names.position(name)?
        };
        self.expected = slot + 1;
        Some(slot)
    }

    fn fill(&mut self, slot: usize, member: Member<'de>) {
        let Some(first) = self.slots[slot].take_if(|first| !is_null(first.value)) else {
            self.slots[slot] = Some(member);
            return;
        };
        let is_exact = |member: &Member<'_>| member.name.is_exactly(self.names.name(slot));
        if !is_null(member.value) && is_exact(&member) && !is_exact(&first) {
            let is_another = !is_same(first.value, member.value);
            self.slots[slot] = Some(member);
            if is_another {
                self.displaced.push((slot, first));
            }
        } else {
            self.slots[slot] = Some(first);
            self.spare(slot, &member);
        }
    }

    /// Keeps a member that counts behind the one in its slot.
    fn spare(&mut self, slot: usize, member: &Member<'_>) {
        let first = self.slots[slot].as_ref();
        let is_another = first.is_none_or(|first| !is_same(first.value, member.value));
        if is_another && !is_null(member.value) {
            let (name, value) = (member.name.as_str(), member.value.get());
            self.spare.push(slot, name, value);
        }
    }

    fn keep(&mut self, member: &Member<'_>) {
        if !is_null(member.value) {
            self.other.push(member.name.as_str(), member.value.get());
        }
    }

    #[inline]
    fn keep_spare(&mut self, slot: usize) {
        // As most objects have none, it is worth a look.
        if !self.spare.is_empty() || !self.displaced.is_empty() {
            self.keep_spare_of(slot);
        }
    }

    fn keep_spare_of(&mut self, slot: usize) {
        for (_, member) in self.displaced.iter().filter(|(of, _)| *of == slot) {
            self.other.push(member.name.as_str(), member.value.get());
        }
        for (name, value) in self.spare.of(slot) {
            self.other.push(name, value);
        }
    }
}
