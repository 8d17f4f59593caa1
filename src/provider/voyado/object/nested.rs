use std::{fmt, ops::Range};

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Members, Name};

impl<'de, const N: usize> Members<'de, N> {
    /// Reads all members, in any order.
    pub(in crate::provider::voyado) fn extend<A: MapAccess<'de>>(
        &mut self,
        mut map: A,
    ) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            self.insert(Name::new(name), value);
        }
        Ok(())
    }

    /// Reads the objects in the last slots, which hold `containers`, as if their members stood in this object, behind those
    /// that do. They have none of the first `own` names.
    pub(in crate::provider::voyado) fn open(&mut self, own: usize, containers: usize) {
        let first_container = N.saturating_sub(containers);
        for container in first_container..N {
            let Some(object) = self.take_object(container) else {
                continue;
            };
            let members = InnerVisitor {
                members: &mut *self,
                slots: own..first_container,
            };
            // It was checked as a whole when it was taken out of the text.
            let _ = serde_json::Deserializer::from_str(object.get()).deserialize_map(members);
        }
    }
}

struct InnerVisitor<'m, 'de, const N: usize> {
    members: &'m mut Members<'de, N>,
    slots: Range<usize>,
}

impl<'de, const N: usize> Visitor<'de> for InnerVisitor<'_, 'de, N> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            self.members
                .insert_inner(self.slots.clone(), Name::new(name), value);
        }
        Ok(())
    }
}
