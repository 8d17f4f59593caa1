use std::{fmt, ops::Range};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Members, Name, OtherFields, PlainName};
use crate::provider::voyado::reading::Reading;

impl<'de, const N: usize> Members<'de, N> {
    /// Reads all members, in any order. The objects in the last slots, which hold `containers`, are read as if their
    /// members stood in this object, behind those that do. They have none of the first `own` names.
    pub(in crate::provider::voyado) fn extend<A: MapAccess<'de>>(
        &mut self,
        mut map: A,
        own: usize,
        containers: usize,
        reading: Reading,
    ) -> Result<(), A::Error> {
        let slots = own..N.saturating_sub(containers);
        if reading == Reading::InPassing {
            return self.extend_in_passing(map, &slots);
        }
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            self.insert(Name::new(name), value);
        }
        let outside = self.filled();
        for container in slots.end..N {
            if let Some(object) = self.take_object(container) {
                let members = Behind {
                    members: &mut *self,
                    slots: slots.clone(),
                    outside: &outside,
                };
                // It was checked as a whole when it was taken out of the text.
                let _ = serde_json::Deserializer::from_str(object.get()).deserialize_map(members);
            }
        }
        Ok(())
    }

    /// Nothing may be there twice, since which of the two counts is known only once all has been read; no name may have
    /// escapes; and what is not known may not come in another order than that of the slots of its objects.
    fn extend_in_passing<A: MapAccess<'de>>(
        &mut self,
        mut map: A,
        slots: &Range<usize>,
    ) -> Result<(), A::Error> {
        let mut inner_other = OtherFields::default();
        while let Some(name) = map.next_key_seed(PlainName)? {
            match self.slot_of(&name) {
                None => {
                    let value: &RawValue = map.next_value()?;
                    self.other.push(name.as_str(), value.get());
                }
                Some(container) if container >= slots.end => {
                    let is_behind = (container..N).all(|slot| self.peek(slot).is_none());
                    if !is_behind && !inner_other.is_empty() {
                        return Err(A::Error::custom("the order is another"));
                    }
                    map.next_value_seed(InPassing {
                        members: &mut *self,
                        slots: slots.clone(),
                        other: &mut inner_other,
                    })?;
                    self.fill_first(container, name, RawValue::NULL)?;
                }
                Some(slot) => self.fill_first(slot, name, map.next_value()?)?,
            }
        }
        self.other.append(inner_other);
        Ok(())
    }
}

/// Reads the members of an object within another, after the others.
struct Behind<'m, 'de, const N: usize> {
    members: &'m mut Members<'de, N>,
    /// The slots of the fields that such an object can have.
    slots: Range<usize>,
    /// What stands outside, by its slots.
    outside: &'m [bool; N],
}

impl<'de, const N: usize> Visitor<'de> for Behind<'_, 'de, N> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            self.members
                .insert_inner(&self.slots, self.outside, Name::new(name), value);
        }
        Ok(())
    }
}

/// Reads the members of an object within another as they come.
struct InPassing<'m, 'de, const N: usize> {
    members: &'m mut Members<'de, N>,
    /// The slots of the fields that such an object can have.
    slots: Range<usize>,
    /// What has no slot.
    other: &'m mut OtherFields,
}

impl<'de, const N: usize> DeserializeSeed<'de> for InPassing<'_, 'de, N> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, object: D) -> Result<(), D::Error> {
        object.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for InPassing<'_, 'de, N> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.members.look_first_at(self.slots.start);
        while let Some(name) = map.next_key_seed(PlainName)? {
            let value: &RawValue = map.next_value()?;
            match self.members.slot_of(&name) {
                Some(slot) if self.slots.contains(&slot) => {
                    self.members.fill_first(slot, name, value)?;
                }
                Some(slot) if slot < self.slots.start => {
                    return Err(A::Error::custom("the name means something else in here"));
                }
                _ => self.other.push(name.as_str(), value.get()),
            }
        }
        Ok(())
    }
}
