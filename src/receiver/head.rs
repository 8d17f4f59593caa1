use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method, header::CONTENT_LENGTH};

use super::{Intake, RequestHead, Secrets, Verified, pending::Pending, settings::Settings};
use crate::{
    error::rejection::{Rejection, RejectionKind},
    message::Timestamp,
    scheme::HeadReading,
};

/// A head that passed every check which needs no body. Its signature is not checked yet.
#[must_use = "only `check_signature` verifies"]
pub struct CheckedHead<'h> {
    settings: &'h Arc<Settings>,
    secrets: Arc<Secrets>,
    headers: &'h HeaderMap,
    reading: HeadReading<'h>,
    received_at: Duration,
}

impl<'h> CheckedHead<'h> {
    #[inline]
    pub(super) fn check(
        settings: &'h Arc<Settings>,
        head: RequestHead<'h>,
    ) -> Result<Self, Rejection> {
        if head.method().is_some_and(|method| method != Method::POST) {
            return Err(RejectionKind::MethodNotAllowed.into());
        }
        if let Some(source_ip) = &settings.source_ip {
            source_ip.check(head.headers(), head.extensions())?;
        }
        let secrets = settings.secrets_for(&head)?;
        if let Some(token) = &secrets.header_token {
            token.check(head.headers())?;
        }
        let reading =
            settings
                .scheme
                .read_head(&head, &secrets.keys, settings.dots_in_message_id)?;
        let received_at = settings.clock.unix_time();
        if let Some(timestamp) = reading.timestamp() {
            settings.tolerance.check(timestamp, received_at)?;
        }
        if announces_more_than(settings.max_body_bytes, head.headers()) {
            return Err(RejectionKind::BodyTooLarge.into());
        }
        Ok(Self {
            settings,
            secrets,
            headers: head.headers(),
            reading,
            received_at,
        })
    }

    /// The id that the head claims, if the sender puts one there. Not to be believed before the signature is checked.
    pub fn unverified_id(&self) -> Option<&str> {
        self.reading.id()
    }

    /// The timestamp that the head claims, if the sender puts one there. Not to be believed before the signature is checked.
    pub fn unverified_timestamp(&self) -> Option<Timestamp> {
        self.reading.timestamp()
    }

    /// Checks the signature over the whole body.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::BodyTooLarge`] or [`RejectionKind::SignatureMismatch`]; for senders whose timestamp is in the body,
    /// [`RejectionKind::MalformedTimestamp`], [`RejectionKind::TimestampTooOld`] or [`RejectionKind::TimestampTooNew`].
    #[inline]
    pub fn check_signature(self, body: impl Into<Bytes>) -> Result<Verified, Rejection> {
        let body = body.into();
        if body.len() > self.settings.max_body_bytes {
            return Err(RejectionKind::BodyTooLarge.into());
        }
        let mut pending = Pending::new(self.settings, self.secrets, self.received_at);
        pending.start(self.reading);
        // A whole body is one frame.
        pending.update(&body);
        pending.finish(self.headers, body)
    }

    /// Converts into an owned state that hashes the body as it streams in.
    pub(crate) fn into_intake(self) -> Intake {
        let mut pending = Pending::new(self.settings, self.secrets, self.received_at);
        pending.start(self.reading);
        Intake::new(self.settings, Ok(pending))
    }
}

/// Shows no signature and no other header: one of them may be a token.
impl fmt::Debug for CheckedHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedHead")
            .field("scheme", &self.settings.scheme)
            .field("unverified_id", &self.unverified_id())
            .field("unverified_timestamp", &self.unverified_timestamp())
            .finish_non_exhaustive()
    }
}

/// Whether a `content-length` line exceeds the limit. A line that is no number announces nothing: the
/// body is bounded while it is read in any case.
fn announces_more_than(limit: usize, headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_LENGTH).iter().any(|line| {
        let digits = line.as_bytes();
        let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        let length = std::str::from_utf8(digits).map_or(Ok(0), str::parse::<usize>);
        // All digits and still not to be parsed: larger than any number.
        is_number && length.map_or(true, |length| length > limit)
    })
}
