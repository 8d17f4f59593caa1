use crate::{clock::Clock, message_id::DotsInMessageId, signature::Keyring, tolerance::Tolerance};

/// What a receiver was configured with, checked.
pub(super) struct Settings {
    pub(super) keyring: Keyring,
    pub(super) tolerance: Tolerance,
    pub(super) max_body_bytes: usize,
    pub(super) dots_in_message_id: DotsInMessageId,
    pub(super) clock: Box<dyn Clock>,
}
