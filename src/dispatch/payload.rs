use std::ops::{Deref, DerefMut};

/// The payload of the event, as an argument of a handler of an [`EventRouter`](super::EventRouter).
///
/// May stand at any place among the arguments. [`EventPayload`](crate::event::EventPayload) says what can be the
/// payload of which event; a payload that an event type cannot have is found when the router is built. Where a sender
/// sends a known type with a payload that does not fit, the response is 422 and the log has the type and the place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Payload<T>(pub T);

impl<T> Deref for Payload<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Payload<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
