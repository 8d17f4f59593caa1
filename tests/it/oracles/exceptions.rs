//! Why ours and an oracle differ: the names of `exceptions.md`, each with the facts that it stands for.

use std::{borrow::Cow, ops::Range, str};

use base64::{DecodeError, Engine, engine::general_purpose::STANDARD};
use tower_webhook::{RejectionKind, error::ConfigErrorKind};

use super::{
    judgement::Refusal,
    oracle::{
        Identity,
        Language::{JavaScript, Python, Rust},
        Package,
    },
    sent::{Sent, Set},
    signatures::{entries, is_well_formed, words},
};

/// The exception that a difference about a request falls under.
pub(super) fn explain(
    sent: &Sent,
    ours: Result<(), Refusal>,
    oracle: Identity,
) -> Option<&'static str> {
    match ours {
        Err(Refusal::Configuration(kind)) => stricter_about_secrets(sent, kind),
        Err(Refusal::Request(kind)) => stricter(sent, kind, oracle),
        Ok(()) => more_lenient(sent, oracle),
    }
}

fn stricter_about_secrets(sent: &Sent, kind: ConfigErrorKind) -> Option<&'static str> {
    let has_key_of = |lengths: Range<usize>| {
        let mut lengths_sent = sent.keys().map(|key| key.len());
        lengths_sent.any(|length| lengths.contains(&length))
    };
    let (name, holds) = match kind {
        ConfigErrorKind::EmptySigningSecret => ("secret-empty", has_key_of(0..1)),
        ConfigErrorKind::SigningSecretTooShort => ("secret-too-short", has_key_of(1..16)),
        ConfigErrorKind::SigningSecretNotBase64 => (
            "secret-with-wrong-character",
            sent.keys().count() < sent.secrets.len(),
        ),
        _ => return None,
    };
    holds.then_some(name)
}

fn stricter(sent: &Sent, kind: RejectionKind, oracle: Identity) -> Option<&'static str> {
    let is_mixed = sent.is_mixed_by(oracle.package);
    let Some(ours) = sent.set_read_by_ours() else {
        let is_missing = kind == RejectionKind::MissingSignatureHeaders;
        return (is_missing && is_mixed).then_some("mixed-families");
    };
    if ours == sent.set_read_by(oracle.package) {
        return match kind {
            RejectionKind::SignatureMismatch => misled(sent, &ours, oracle),
            _ => stricter_about_set(&ours, kind),
        };
    }
    let is_refused_rightly =
        !sent.is_signed(&ours, &sent.body) || stricter_about_set(&ours, kind).is_some();
    if !is_refused_rightly {
        None
    } else if oracle.package == Package::StandardWebhooks {
        Some("svix-first")
    } else {
        is_mixed.then_some("mixed-families")
    }
}

fn stricter_about_set(
    [ids, timestamps, signatures]: &Set<'_>,
    kind: RejectionKind,
) -> Option<&'static str> {
    let contradictory = |lines: &[&[u8]]| lines.iter().any(|line| *line != lines[0]);
    let (id, timestamp) = (ids[0], timestamps[0]);
    let list = signatures.join(&b' ');
    let (name, holds) = match kind {
        RejectionKind::ConflictingSignatureHeaders => (
            "conflicting-lines",
            contradictory(ids) || contradictory(timestamps),
        ),
        RejectionKind::MalformedMessageId if id.is_empty() => ("id-empty", true),
        RejectionKind::MalformedMessageId if id.len() > 256 => ("id-too-long", true),
        RejectionKind::MalformedMessageId => (
            "id-with-wrong-character",
            id.iter()
                .any(|byte| *byte == b'.' || !byte.is_ascii_graphic()),
        ),
        RejectionKind::MalformedTimestamp => (
            "timestamp-spelling",
            timestamp.starts_with(b"0") || !timestamp.iter().all(u8::is_ascii_digit),
        ),
        RejectionKind::SignatureListTooLong => (
            "list-too-long",
            list.len() > 8 * 1024 || entries(&list).len() > 64,
        ),
        _ => return None,
    };
    holds.then_some(name)
}

/// How an oracle comes to take a signature for genuine that is not.
fn misled(sent: &Sent, set: &Set<'_>, oracle: Identity) -> Option<&'static str> {
    if sent.is_signed(set, &sent.body) {
        return None;
    }
    let [_, _, signatures] = set;
    let mut words = signatures.iter().flat_map(|line| words(line));
    let (name, holds) = match (oracle.language, String::from_utf8_lossy(&sent.body)) {
        (Rust, _) => return None,
        (Python, _) => (
            "signature-not-base64",
            words.any(|entry| !is_well_formed(entry)),
        ),
        (JavaScript, Cow::Borrowed(_)) => {
            ("signature-with-comma", words.any(|entry| commas(entry) > 1))
        }
        (JavaScript, Cow::Owned(mangled)) => {
            ("body-mangled", sent.is_signed(set, mangled.as_bytes()))
        }
    };
    holds.then_some(name)
}

fn more_lenient(sent: &Sent, oracle: Identity) -> Option<&'static str> {
    let ours = sent.set_read_by_ours()?;
    if !sent.is_signed(&ours, &sent.body) {
        None
    } else if str::from_utf8(&sent.body).is_err() {
        Some("body-not-text")
    } else if ours != sent.set_read_by(oracle.package) {
        Some(match oracle.package {
            Package::Svix => "svix-incomplete",
            Package::StandardWebhooks => "svix-unknown",
        })
    } else {
        sent.secrets
            .iter()
            .find_map(|secret| more_lenient_about_secret(secret, oracle))
            .or_else(|| more_lenient_about_lines(&ours, oracle))
    }
}

fn more_lenient_about_secret(secret: &str, oracle: Identity) -> Option<&'static str> {
    if secret.trim() != secret {
        return Some("secret-amid-white-space");
    }
    if secret.starts_with("v1,") {
        return Some("secret-behind-version");
    }
    let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
    match (oracle.language, STANDARD.decode(encoded)) {
        (Rust, Err(DecodeError::InvalidPadding)) => Some("secret-without-padding"),
        (Rust, Err(DecodeError::InvalidLastSymbol { .. })) => Some("secret-with-unused-bits"),
        _ => None,
    }
}

fn more_lenient_about_lines(
    [ids, timestamps, signatures]: &Set<'_>,
    oracle: Identity,
) -> Option<&'static str> {
    let repeated = ids.len() > 1 || timestamps.len() > 1;
    let malformed =
        |entry: &[u8]| commas(entry) != 1 || (entry.starts_with(b"v1,") && !is_well_formed(entry));
    let mut words = signatures.iter().flat_map(|line| words(line));
    match oracle.language {
        Python | JavaScript if repeated => Some("repeated-lines"),
        Rust | Python if signatures.len() > 1 => Some("several-signature-lines"),
        Rust if !signatures[0].is_ascii() => Some("signature-line-not-ascii"),
        Rust if words.any(|word| commas(word) > 1) => Some("entries-joined-by-comma"),
        Python if words.any(malformed) => Some("malformed-entry"),
        _ => None,
    }
}

fn commas(entry: &[u8]) -> usize {
    entry.split(|byte| *byte == b',').count() - 1
}
