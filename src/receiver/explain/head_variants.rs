//! What may have happened to a head on its way, undone.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::cause::CauseKind;
use crate::scheme::Scheme;

/// Most bytes of a signature header that are looked into.
const MAX_SIGNATURE_BYTES: usize = 8 * 1024;
/// Most signatures that are tried in another encoding.
const MAX_SIGNATURES: usize = 16;

/// Headers as they may have been sent.
pub(super) struct HeadVariant {
    pub(super) cause: CauseKind,
    pub(super) headers: HeaderMap,
    pub(super) undone: String,
}

/// Every variant of the headers, likely ones first.
pub(super) fn head_variants(scheme: &Scheme, headers: &HeaderMap) -> Vec<HeadVariant> {
    let mut variants = Vec::new();
    variants.extend(families(scheme, headers));
    variants.extend(renamed(scheme, headers));
    variants.extend(milliseconds(scheme, headers));
    variants.extend(signatures(scheme, headers));
    variants
}

/// The other family of Standard Webhooks, or one set put together of both.
fn families(scheme: &Scheme, headers: &HeaderMap) -> Vec<HeadVariant> {
    const PARTS: [&str; 3] = ["id", "timestamp", "signature"];
    const FAMILIES: [&str; 2] = ["svix", "webhook"];
    let names = scheme.headers();
    let mut variants = Vec::new();
    if !names.iter().any(|name| name == "svix-id") {
        return variants;
    }
    // Each choice of a family for each of the three.
    for choice in 0_usize..8 {
        let mut chosen = headers.clone();
        let mut sources = Vec::new();
        for (at, part) in PARTS.into_iter().enumerate() {
            let family = FAMILIES[choice >> at & 1];
            sources.push(format!("{family}-{part}"));
        }
        let Some(values) = sources
            .iter()
            .map(|source| headers.get(source.as_str()).cloned())
            .collect::<Option<Vec<HeaderValue>>>()
        else {
            continue;
        };
        for family in FAMILIES {
            for part in PARTS {
                chosen.remove(format!("{family}-{part}"));
            }
        }
        for (part, value) in ["svix-id", "svix-timestamp", "svix-signature"]
            .into_iter()
            .zip(values)
        {
            chosen.insert(part, value);
        }
        variants.push(HeadVariant {
            cause: CauseKind::HeaderFamily,
            headers: chosen,
            undone: format!("with `{}`", sources.join("`, `")),
        });
    }
    variants
}

/// Headers that a proxy or a framework gave another name: `X-Webhook-Id`, `webhook_id`, `HTTP_WEBHOOK_ID`.
fn renamed(scheme: &Scheme, headers: &HeaderMap) -> Option<HeadVariant> {
    let wanted = scheme.headers();
    let mut found = headers.clone();
    let mut renamings = Vec::new();
    for (name, value) in headers {
        let plain = name.as_str().replace('_', "-");
        let stripped = ["x-original-", "x-forwarded-", "http-", "x-"]
            .into_iter()
            .find_map(|prefix| plain.strip_prefix(prefix))
            .unwrap_or(&plain);
        let candidates = [plain.clone(), stripped.to_owned(), format!("x-{plain}")];
        for candidate in candidates {
            let Ok(candidate) = candidate.parse::<HeaderName>() else {
                continue;
            };
            if wanted.contains(&candidate) && !headers.contains_key(&candidate) {
                renamings.push(format!("`{name}` read as `{candidate}`"));
                found.append(candidate, value.clone());
            }
        }
    }
    (!renamings.is_empty()).then(|| HeadVariant {
        cause: CauseKind::HeaderFamily,
        headers: found,
        undone: format!("with {}", renamings.join(", ")),
    })
}

/// A timestamp in milliseconds, whose seconds were signed.
fn milliseconds(scheme: &Scheme, headers: &HeaderMap) -> Option<HeadVariant> {
    let mut changed = headers.clone();
    let mut undone = None;
    for name in scheme.headers() {
        let Some(value) = headers.get(&name) else {
            continue;
        };
        let digits = value.as_bytes();
        let is_milliseconds = digits.len() == 13 && digits.iter().all(u8::is_ascii_digit);
        if is_milliseconds {
            let seconds = HeaderValue::from_bytes(&digits[..10]).ok()?;
            undone = Some(format!("with the timestamp of `{name}` divided by 1000"));
            changed.insert(name, seconds);
        }
    }
    undone.map(|undone| HeadVariant {
        cause: CauseKind::TimestampMilliseconds,
        headers: changed,
        undone,
    })
}

/// Signatures in another encoding or syntax than the scheme's.
fn signatures(scheme: &Scheme, headers: &HeaderMap) -> Vec<HeadVariant> {
    let mut variants = Vec::new();
    for name in scheme.signature_headers() {
        let Some(value) = headers.get(&name) else {
            continue;
        };
        if value.len() > MAX_SIGNATURE_BYTES {
            continue;
        }
        for token in tokens(value.as_bytes()).take(MAX_SIGNATURES) {
            for (tag, encoding) in decoded(token) {
                let Some(line) = scheme.write_signature(&tag, value) else {
                    continue;
                };
                if line == value {
                    continue;
                }
                let mut changed = headers.clone();
                changed.insert(name.clone(), line);
                variants.push(HeadVariant {
                    cause: CauseKind::SignatureEncoding,
                    headers: changed,
                    undone: format!("with a signature of `{name}` decoded from {encoding} and in the syntax of the scheme"),
                });
            }
        }
    }
    variants
}

/// What may be a signature in the text of a header: the pieces between separators, with and without what stands before
/// the first `=`, `,` or `:` of each.
fn tokens(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value
        .split(|byte| matches!(byte, b' ' | b',' | b';' | b'"' | b'\t'))
        .filter(|piece| piece.len() >= 20)
        .flat_map(|piece| {
            let at = piece.iter().position(|byte| matches!(byte, b'=' | b':'));
            // Base64 has a `=` at its end only.
            let behind = at
                .map(|at| &piece[at + 1..])
                .filter(|behind| behind.len() >= 20);
            std::iter::once(piece).chain(behind)
        })
}

fn decoded(token: &[u8]) -> Vec<(Vec<u8>, &'static str)> {
    use base64::{
        Engine, alphabet,
        engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    };
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let mut decoded = Vec::new();
    let mut hex = vec![0; token.len() / 2];
    if crate::crypto::decode_hex(token, &mut hex).is_some() {
        decoded.push((hex, "hexadecimal digits"));
    }
    for (alphabet, name) in [
        (alphabet::STANDARD, "base64"),
        (alphabet::URL_SAFE, "URL-safe base64"),
    ] {
        if let Ok(tag) = GeneralPurpose::new(&alphabet, lenient).decode(token) {
            decoded.push((tag, name));
        }
    }
    decoded
}
