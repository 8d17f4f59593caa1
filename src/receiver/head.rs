use bytes::Bytes;
use http::{HeaderMap, Method, header::CONTENT_LENGTH, request::Parts};

use super::{Reception, Verified, settings::Settings};
use crate::{
    headers::SignatureHeaders, message_id::MessageId, rejection::Rejection,
    rejection::RejectionKind, timestamp::Timestamp,
};

/// What is known of a request before its body.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'h> {
    method: Option<&'h Method>,
    headers: &'h HeaderMap,
}

impl<'h> From<&'h Parts> for RequestHead<'h> {
    fn from(parts: &'h Parts) -> Self {
        Self {
            method: Some(&parts.method),
            headers: &parts.headers,
        }
    }
}

/// Headers that came without a request, from a queue for example: there is no method to check.
impl<'h> From<&'h HeaderMap> for RequestHead<'h> {
    fn from(headers: &'h HeaderMap) -> Self {
        Self {
            method: None,
            headers,
        }
    }
}

/// A head that passed every check which needs no body. Its signature is not checked yet.
#[derive(Debug)]
pub struct CheckedHead<'h> {
    reception: Reception,
    headers: &'h HeaderMap,
}

impl<'h> CheckedHead<'h> {
    pub(super) fn check(settings: &Settings, head: RequestHead<'h>) -> Result<Self, RejectionKind> {
        if head.method.is_some_and(|method| method != Method::POST) {
            return Err(RejectionKind::MethodNotAllowed);
        }
        let signed = SignatureHeaders::read(head.headers, settings.dots_in_message_id)?;
        settings
            .tolerance
            .check(signed.timestamp, settings.clock.unix_time())?;
        if announces_more_than(settings.max_body_bytes, head.headers) {
            return Err(RejectionKind::BodyTooLarge);
        }
        Ok(Self {
            reception: Reception::new(settings, signed),
            headers: head.headers,
        })
    }

    /// The id that the head claims. Not to be believed before the signature is checked.
    pub fn unverified_id(&self) -> &MessageId {
        &self.reception.signed().id
    }

    /// The timestamp that the head claims. Not to be believed before the signature is checked.
    pub fn unverified_timestamp(&self) -> Timestamp {
        self.reception.signed().timestamp
    }

    /// Checks the signature over the whole body.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::BodyTooLarge`] or [`RejectionKind::SignatureMismatch`].
    pub fn check_signature(mut self, body: impl Into<Bytes>) -> Result<Verified, Rejection> {
        self.reception.receive(body.into())?;
        Ok(self.reception.check_signature(self.headers)?)
    }

    /// Lets go of the headers while the body arrives.
    pub(crate) fn into_reception(self) -> Reception {
        self.reception
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
