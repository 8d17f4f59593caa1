use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;

use super::{Secrets, Verified, settings::Settings};
use crate::{
    error::rejection::{Rejection, RejectionKind},
    scheme::{HeadReading, SignatureCheck},
};

/// A request whose signature is being checked: its head passed, its body is hashed as it arrives.
///
/// It owns what it needs of the head, so that it can wait inside a future beside the request's parts.
pub(super) struct Pending {
    /// The verdict takes them: there is one only.
    secrets: Option<Arc<Secrets>>,
    check: SignatureCheck,
    received_at: Duration,
    age_is_checked: bool,
}

impl Pending {
    /// A request that has not begun: it is large, and is filled where it stays.
    #[inline]
    pub(super) fn new(received_at: Duration) -> Self {
        Self {
            secrets: None,
            check: SignatureCheck::new(),
            received_at,
            age_is_checked: false,
        }
    }

    /// Starts with a head that was checked.
    #[inline]
    pub(super) fn start(&mut self, reading: HeadReading<'_>, secrets: Arc<Secrets>) {
        self.age_is_checked = reading.timestamp().is_some();
        self.check.start(reading, &secrets.keys);
        self.secrets = Some(secrets);
    }

    /// Hashes what is next of the body.
    #[inline]
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.check.update(bytes);
    }

    /// Decides. `body` is what was hashed, in one piece, and `settings` are those that the head was checked with.
    #[inline]
    pub(super) fn finish(
        &mut self,
        settings: &Settings,
        body: Bytes,
    ) -> Result<Verified, Rejection> {
        let secrets = self.secrets.take().ok_or(RejectionKind::BodyIncomplete)?;
        let key_position = self.check.finish(&settings.scheme, &body)?;
        if let (Some(timestamp), false) = (self.check.claims().timestamp(), self.age_is_checked) {
            settings.tolerance.check(timestamp, self.received_at)?;
        }
        Ok(Verified::new(
            self.check.take_claims(),
            key_position,
            body,
            settings,
            secrets,
            self.received_at,
        ))
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}
