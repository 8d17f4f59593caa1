use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, header::CONTENT_LENGTH};

use super::{Intake, RequestHead, Secrets, Verified, pending::Pending, settings::Settings};
use crate::{
    error::rejection::{Rejection, RejectionKind},
    message::Timestamp,
    receiver::{body::too_large, header_token::HeaderToken},
    scheme::HeadReading,
};

/// A head that passed every check which needs no body. Its signature is not checked yet.
#[must_use = "only `check_signature` verifies"]
pub struct CheckedHead<'h> {
    settings: &'h Settings,
    secrets: Arc<Secrets>,
    reading: HeadReading<'h>,
    received_at: Duration,
}

impl<'h> CheckedHead<'h> {
    #[inline]
    pub(super) fn check(settings: &'h Settings, head: RequestHead<'h>) -> Result<Self, Rejection> {
        if head.method().is_some_and(|method| method != Method::POST) {
            return Err(RejectionKind::MethodNotAllowed.into());
        }
        if let Some(source_ip) = &settings.source_ip {
            source_ip.check(head.headers(), head.extensions())?;
        }
        let secrets = settings.secrets_for(&head)?;
        Self::check_with(settings, &head, secrets)
    }

    /// The checks that need the secrets, and those behind them.
    #[inline]
    pub(super) fn check_with(
        settings: &'h Settings,
        head: &RequestHead<'h>,
        secrets: Arc<Secrets>,
    ) -> Result<Self, Rejection> {
        if let Some(token) = &secrets.header_token {
            token.check(head.headers())?;
        }
        let reading =
            settings
                .scheme
                .read_head(head, &secrets.keys, settings.dots_in_message_id)?;
        let received_at = settings.clock.unix_time();
        if let Some(timestamp) = reading.timestamp() {
            settings.tolerance.check(timestamp, received_at)?;
        }
        if let Some(length) = announced_beyond(settings.max_body_bytes, head.headers()) {
            return Err(too_large(Some(length), 0, settings.max_body_bytes));
        }
        Ok(Self {
            settings,
            secrets,
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
            return Err(too_large(None, body.len(), self.settings.max_body_bytes));
        }
        let mut pending = Pending::new(self.received_at);
        pending.start(self.reading, self.secrets);
        // A whole body is one frame.
        pending.update(&body);
        pending.finish(self.settings, body)
    }

    /// The header that carries the token, if one is required.
    pub(crate) fn token_header(&self) -> Option<&HeaderName> {
        self.secrets.header_token.as_ref().map(HeaderToken::name)
    }

    /// Converts into an owned state that hashes the body as it streams in.
    pub(crate) fn into_intake(self) -> Box<Intake> {
        let mut intake = Box::new(Intake::new(
            self.settings,
            Ok(Pending::new(self.received_at)),
        ));
        intake.start(self.reading, self.secrets);
        intake
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

/// The length that a `content-length` line announces, if it exceeds the limit. A line that is no number announces
/// nothing: the body is bounded while it is read in any case.
fn announced_beyond(limit: usize, headers: &HeaderMap) -> Option<u64> {
    headers.get_all(CONTENT_LENGTH).iter().find_map(|line| {
        let digits = line.as_bytes();
        let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        let digits = std::str::from_utf8(digits).ok().filter(|_| is_number)?;
        match digits.parse() {
            Ok(length) => (length > limit as u64).then_some(length),
            // All digits and still not to be parsed: larger than any number, and than any limit.
            Err(_) => Some(u64::MAX),
        }
    })
}
