use super::OtherFields;

/// What was sent for a slot that holds something else, as text: a body can be full of it.
#[derive(Default)]
pub(super) struct Spare {
    slots: Vec<usize>,
    fields: OtherFields,
}

impl Spare {
    pub(super) fn push(&mut self, slot: usize, name: &str, value: &str) {
        self.slots.push(slot);
        self.fields.push(name, value);
    }

    /// The names and values of a slot, in the order in which they were pushed.
    pub(super) fn of(&self, slot: usize) -> impl Iterator<Item = (&str, &str)> {
        self.slots
            .iter()
            .zip(self.fields.texts())
            .filter(move |(of, _)| **of == slot)
            .map(|(_, field)| field)
    }
}
