//! What shows without a signature that matches: lengths, names of headers.

use std::borrow::Cow;

use bytes::Bytes;
use http::{
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
    request::Parts,
};
use zeroize::Zeroizing;

use super::{
    cause::{Cause, CauseKind},
    marks,
};
use crate::{error::RejectionKind, scheme::Scheme};

/// A body, and what was undone to make it.
pub(super) type ChangedBody<'b> = (Cow<'b, [u8]>, (CauseKind, String));

/// The body as long as it was announced.
pub(super) fn truncations<'b>(head: &Parts, body: &'b Bytes) -> Option<ChangedBody<'b>> {
    let announced = announced_length(head).filter(|announced| *announced < body.len());
    announced.map(|announced| {
        let undone = format!(
            "the body cut to its announced {announced} of {} bytes",
            body.len()
        );
        (
            Cow::Borrowed(&body[..announced]),
            (CauseKind::BodyTruncated, undone),
        )
    })
}

pub(super) fn truncated(head: &Parts, body: &Bytes) -> Option<Cause> {
    let announced = announced_length(head).filter(|announced| *announced != body.len())?;
    let proof = format!(
        "`content-length` announces {announced} bytes, and the body has {}.",
        body.len()
    );
    Some(Cause::new(CauseKind::BodyTruncated, proof))
}

/// What was signed cannot be made again: two programs compress alike only by chance.
pub(super) fn inflated(head: &Parts, body: &Bytes) -> Option<Cause> {
    let encoding = head.headers.get(CONTENT_ENCODING)?.to_str().ok()?;
    let is_compressed = std::str::from_utf8(body).is_err();
    if encoding.eq_ignore_ascii_case("identity") || is_compressed {
        return None;
    }
    let proof = format!(
        "`content-encoding` is `{encoding}`, and the body of {} bytes is not compressed: it was inflated on the way.",
        body.len()
    );
    Some(Cause::new(CauseKind::BodyCompressed, proof))
}

pub(super) fn relay(head: &Parts) -> Option<Cause> {
    let (header, relay) = marks::relay(&head.headers)?;
    let proof = format!("The header `{header}` is one that {relay} adds.");
    Some(Cause::new(CauseKind::Relay, proof))
}

pub(super) fn other_provider(scheme: &Scheme, head: &Parts) -> Option<Cause> {
    let own = scheme.headers();
    if own.iter().any(|name| head.headers.contains_key(name)) {
        return None;
    }
    let is_read = |header: &str| own.iter().any(|name| name == header);
    let (header, provider) = marks::other_provider(&head.headers, is_read)?;
    let proof = format!(
        "The header `{header}` of {provider} is there, and none that the scheme `{}` reads.",
        scheme.name()
    );
    Some(Cause::new(CauseKind::OtherProvider, proof))
}

/// Standard Webhooks only: the list has signatures of one version, and the keys are of the other.
pub(super) fn only_v1a(
    scheme: &Scheme,
    secrets: &[Zeroizing<String>],
    head: &Parts,
) -> Option<Cause> {
    let lines = scheme.signature_headers();
    let versions = |version: &[u8]| {
        lines
            .iter()
            .flat_map(|name| head.headers.get_all(name))
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b' '))
            .any(|entry| entry.starts_with(version))
    };
    let (has_v1, has_v1a) = (versions(b"v1,"), versions(b"v1a,"));
    let is_public = |secret: &Zeroizing<String>| {
        let text = secret.trim();
        text.contains("whpk_") || text.contains("PUBLIC KEY")
    };
    let has_public = secrets.iter().any(is_public);
    let has_secret = secrets.iter().any(|secret| !is_public(secret));
    let proof = match (has_v1, has_v1a) {
        (false, true) if !has_public => {
            "The list has only Ed25519 signatures (`v1a`), and no public key is configured."
        }
        (true, false) if has_public && !has_secret => {
            "The list has only HMAC signatures (`v1`), and only a public key is configured."
        }
        _ => return None,
    };
    Some(Cause::new(CauseKind::OnlyV1a, proof))
}

pub(super) fn header_missing(
    scheme: &Scheme,
    head: &Parts,
    rejection: RejectionKind,
) -> Option<Cause> {
    if rejection != RejectionKind::MissingSignatureHeaders {
        return None;
    }
    let missing = scheme.missing_headers(&head.headers);
    if missing.is_empty() {
        return None;
    }
    let names: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
    let proof = format!("The request has no {}.", names.join(", no "));
    Some(Cause::new(CauseKind::HeaderMissing, proof))
}

fn announced_length(head: &Parts) -> Option<usize> {
    let line = head.headers.get(CONTENT_LENGTH)?;
    line.to_str().ok()?.trim().parse().ok()
}
