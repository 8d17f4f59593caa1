use std::sync::Arc;

use super::{SecretSource, in_flight::BytesInFlight};
use crate::{
    message::clock::Clock, message::message_id::DotsInMessageId, message::tolerance::Tolerance,
    receiver::source_ip::SourceIpCheck,
};

/// What a receiver was configured with, checked.
pub(super) struct Settings {
    pub(super) source_ip: Option<SourceIpCheck>,
    pub(super) secrets: Box<dyn SecretSource>,
    pub(super) tolerance: Tolerance,
    pub(super) max_body_bytes: usize,
    pub(super) in_flight: Arc<BytesInFlight>,
    pub(super) dots_in_message_id: DotsInMessageId,
    pub(super) encryption: Encryption,
    pub(super) clock: Box<dyn Clock>,
}

/// Whether a payload may come as plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    Optional,
    Required,
}
