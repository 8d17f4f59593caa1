use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, header::CONTENT_LENGTH};

use super::{
    Intake, RequestHead, Secrets, Verified, settings::Settings, signature_check::SignatureCheck,
};
use crate::{
    error::rejection::{Rejection, RejectionKind},
    headers::SignatureHeaders,
    message::timestamp::Timestamp,
    receiver::{body::too_large, header_token::HeaderToken},
    signature::SignedMessage,
};

/// A head that passed every check which needs no body. Its signature is not checked yet.
#[must_use = "only `check_signature` verifies"]
pub struct CheckedHead<'h> {
    settings: &'h Settings,
    secrets: Arc<Secrets>,
    signed: SignatureHeaders<'h>,
    received_at: Duration,
}

impl<'h> CheckedHead<'h> {
    pub(super) fn check(settings: &'h Settings, head: RequestHead<'h>) -> Result<Self, Rejection> {
        if head.method().is_some_and(|method| method != Method::POST) {
            return Err(RejectionKind::MethodNotAllowed.into());
        }
        if let Some(source_ip) = &settings.source_ip {
            source_ip.check(head.headers(), head.extensions())?;
        }
        let secrets = settings
            .secrets
            .secrets(&head)
            .ok_or(RejectionKind::UnknownTenant)?;
        if let Some(token) = &secrets.header_token {
            token.check(head.headers())?;
        }
        let signed = SignatureHeaders::read(head.headers(), settings.dots_in_message_id)?;
        let received_at = settings.clock.unix_time();
        settings.tolerance.check(signed.timestamp, received_at)?;
        if let Some(length) = announced_beyond(settings.max_body_bytes, head.headers()) {
            return Err(too_large(Some(length), 0, settings.max_body_bytes));
        }
        Ok(Self {
            settings,
            secrets,
            signed,
            received_at,
        })
    }

    /// The id that the head claims. Not to be believed before the signature is checked.
    pub fn unverified_id(&self) -> &'h str {
        self.signed.id.as_str()
    }

    /// The timestamp that the head claims. Not to be believed before the signature is checked.
    pub fn unverified_timestamp(&self) -> Timestamp {
        self.signed.timestamp
    }

    /// Checks the signature over the whole body.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::BodyTooLarge`] or [`RejectionKind::SignatureMismatch`].
    pub fn check_signature(self, body: impl Into<Bytes>) -> Result<Verified, Rejection> {
        let body = body.into();
        if body.len() > self.settings.max_body_bytes {
            return Err(too_large(None, body.len(), self.settings.max_body_bytes));
        }
        let message = SignedMessage::new(self.signed.id, self.signed.timestamp, &body);
        let signatures = self.signed.signatures();
        if !self.secrets.keyring.verifies(&message, signatures) {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        Ok(Verified {
            id: self.signed.id.into(),
            timestamp: self.signed.timestamp,
            body,
            secrets: self.secrets,
            encryption: self.settings.encryption,
            received_at: self.received_at,
        })
    }

    /// The header that carries the token, if one is required.
    pub(crate) fn token_header(&self) -> Option<&HeaderName> {
        self.secrets.header_token.as_ref().map(HeaderToken::name)
    }

    /// Lets go of the head while the body arrives.
    pub(crate) fn into_intake(self) -> Intake {
        let check =
            SignatureCheck::new(self.settings, self.secrets, &self.signed, self.received_at);
        Intake::new(self.settings, Ok(check))
    }
}

/// Shows no signature and no other header: one of them may be a token.
impl fmt::Debug for CheckedHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedHead")
            .field("family", &self.signed.family)
            .field("unverified_id", &self.unverified_id())
            .field("unverified_timestamp", &self.unverified_timestamp())
            .finish_non_exhaustive()
    }
}

/// The length that a `content-length` line announces, if it exceeds the limit. A line that is no number announces
/// nothing: the body is bounded while it is read in any case.
fn announced_beyond(limit: usize, headers: &HeaderMap) -> Option<u64> {
    headers
        .get_all(CONTENT_LENGTH)
        .iter()
        .filter_map(|line| {
            let digits = line.as_bytes();
            let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
            let digits = std::str::from_utf8(digits).ok().filter(|_| is_number)?;
            // All digits and still not to be parsed: larger than any number.
            Some(digits.parse().unwrap_or(u64::MAX))
        })
        .find(|length| *length > limit as u64)
}
