use std::{sync::Arc, time::Duration};

use crate::{
    error::rejection::{Rejection, RejectionKind},
    message::message_id::MessageId,
};

/// What is known of a request at its end.
#[derive(Debug, Default)]
pub(super) struct Summary {
    pub(super) outcome: Outcome,
    /// Why it was rejected, or passed on all the same by a layer that only monitors.
    pub(super) rejection: Option<Rejection>,
    /// Known once the signature is verified.
    pub(super) message_id: Option<MessageId>,
    /// Whose secrets signed.
    pub(super) tenant: Option<Arc<str>>,
    pub(super) event_type: Option<String>,
    /// Whose event it is by its own account.
    pub(super) claimed_tenant: Option<String>,
    pub(super) body_bytes: Option<usize>,
    pub(super) status: Option<u16>,
    pub(super) receive: Option<Duration>,
    pub(super) open: Option<Duration>,
    pub(super) handle: Option<Duration>,
    pub(super) store_error: Option<String>,
    pub(super) outlived_its_lease: bool,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was dropped before its response.
    #[default]
    Abandoned,
    Delivered,
    /// The layer responded to a handshake.
    Handshake,
    HandlerRefused,
    HandlerFailed,
    Rejected(RejectionKind),
}

impl Outcome {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Abandoned => "abandoned",
            Self::Delivered => "delivered",
            Self::Handshake => "handshake",
            Self::HandlerRefused => "handler_refused",
            Self::HandlerFailed => "handler_failed",
            Self::Rejected(kind) => kind.as_str(),
        }
    }
}

/// Who should look at it.
#[cfg(feature = "tracing")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    /// Nobody, and it is not worth a line: an unauthenticated client can cause it.
    Unproven,
    /// Nobody: all is well.
    Info,
    /// Perhaps the operator; an unauthenticated client can cause it, so it must not flood the log.
    Stranger(RejectionKind),
    /// The operator: a genuine delivery was not handled.
    Warning,
}

#[cfg(feature = "tracing")]
impl Summary {
    pub(super) fn severity(&self) -> Severity {
        let is_verified = self.message_id.is_some();
        match self.outcome {
            Outcome::Abandoned | Outcome::Handshake if !is_verified => Severity::Unproven,
            Outcome::Rejected(kind) if !is_verified => Severity::Stranger(kind),
            Outcome::Abandoned
            | Outcome::Delivered
            | Outcome::Handshake
            | Outcome::Rejected(RejectionKind::AlreadyHandled | RejectionKind::ClaimedByAnother) => {
                Severity::Info
            }
            Outcome::HandlerRefused | Outcome::HandlerFailed | Outcome::Rejected(_) => {
                Severity::Warning
            }
        }
    }
}
