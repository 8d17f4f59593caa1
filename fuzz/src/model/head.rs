//! The checks of a head, in their order.

use http::{HeaderMap, HeaderValue, request::Parts};
use tower_webhook::{RejectionKind, receiver::PeerAddr};

use super::signature_list;
use crate::endpoint::{ALLOWED, MAX_BODY_BYTES, STRAY_HEADER, TOKEN, TOKEN_HEADER};

const TOLERANCE: u64 = 300;

/// A complete family of signature headers, each with all of its lines.
pub struct Signed<'h> {
    /// The lines of the id.
    pub ids: Vec<&'h [u8]>,
    /// The lines of the timestamp.
    pub timestamps: Vec<&'h [u8]>,
    /// The lines of the list of signatures.
    pub signatures: Vec<&'h [u8]>,
}

/// The signature headers that count.
pub fn signed(headers: &HeaderMap) -> Option<Signed<'_>> {
    ["svix", "webhook"]
        .map(|family| Signed {
            ids: lines(headers, &format!("{family}-id")),
            timestamps: lines(headers, &format!("{family}-timestamp")),
            signatures: lines(headers, &format!("{family}-signature")),
        })
        .into_iter()
        .find(|set| !set.ids.is_empty() && !set.timestamps.is_empty() && !set.signatures.is_empty())
}

/// What the [endpoint](crate::endpoint) has to say to a head at a time.
///
/// # Errors
///
/// The first check that fails.
pub fn verdict(head: &Parts, now: u64) -> Result<(), RejectionKind> {
    let peer: Option<&PeerAddr> = head.extensions.get();
    let tokens = lines(&head.headers, TOKEN_HEADER);

    refuse(head.method != "POST", RejectionKind::MethodNotAllowed)?;
    refuse(peer.is_none(), RejectionKind::SourceIpUnknown)?;
    refuse(
        peer.is_some_and(|peer| peer.0.ip().to_string() != ALLOWED),
        RejectionKind::SourceIpNotAllowed,
    )?;
    refuse(
        head.headers.contains_key(STRAY_HEADER),
        RejectionKind::UnknownTenant,
    )?;
    refuse(tokens.is_empty(), RejectionKind::HeaderTokenMissing)?;
    refuse(
        tokens.iter().any(|token| *token != TOKEN.as_bytes()),
        RejectionKind::HeaderTokenMismatch,
    )?;

    let signed = signed(&head.headers).ok_or(RejectionKind::MissingSignatureHeaders)?;
    for repeated in [&signed.ids, &signed.timestamps] {
        refuse(
            repeated.iter().any(|line| *line != repeated[0]),
            RejectionKind::ConflictingSignatureHeaders,
        )?;
    }
    refuse(!is_id(signed.ids[0]), RejectionKind::MalformedMessageId)?;
    let timestamp = timestamp(signed.timestamps[0]).ok_or(RejectionKind::MalformedTimestamp)?;
    refuse(
        signature_list::is_too_long(&signed.signatures),
        RejectionKind::SignatureListTooLong,
    )?;
    refuse(
        i128::from(now) - i128::from(timestamp) > i128::from(TOLERANCE),
        RejectionKind::TimestampTooOld,
    )?;
    refuse(
        i128::from(timestamp) - i128::from(now) > i128::from(TOLERANCE),
        RejectionKind::TimestampTooNew,
    )?;
    refuse(
        lines(&head.headers, "content-length")
            .into_iter()
            .any(|line| exceeds(line, MAX_BODY_BYTES)),
        RejectionKind::BodyTooLarge,
    )
}

fn refuse(refused: bool, kind: RejectionKind) -> Result<(), RejectionKind> {
    if refused { Err(kind) } else { Ok(()) }
}

fn lines<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h [u8]> {
    let lines = headers.get_all(name).into_iter();
    lines.map(HeaderValue::as_bytes).collect()
}

fn is_id(text: &[u8]) -> bool {
    let is_visible = |byte: &u8| (b'!'..=b'~').contains(byte) && *byte != b'.';
    (1..=256).contains(&text.len()) && text.iter().all(is_visible)
}

/// A number that is written as it would be written here.
fn timestamp(text: &[u8]) -> Option<u64> {
    let text = str::from_utf8(text).ok()?;
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text && text.len() <= 19).then_some(number)
}

/// Compares digits, so that no number is too large.
fn exceeds(text: &[u8], limit: usize) -> bool {
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let zeros = text.iter().take_while(|digit| **digit == b'0').count();
    let (digits, limit) = (&text[zeros..], limit.to_string());
    is_number && (digits.len(), digits) > (limit.len(), limit.as_bytes())
}
