//! What may be wrong with the text of a secret, undone: each variant is a key as the sender may have made it.

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use super::cause::CauseKind;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Prefixes that senders put before a secret, the longest first.
const PREFIXES: [&str; 4] = ["v1,whsec_", "v1a,", "v1,", "whsec_"];

/// A key that the sender may have signed with.
pub(super) struct SecretVariant {
    pub(super) key: VariantKey,
    /// What was undone, in words, with the cause that it shows. Never empty.
    pub(super) undone: Vec<Fault>,
}

/// A cause, and what was undone, in words.
pub(super) type Fault = (CauseKind, &'static str);

/// How a variant is a key.
pub(super) enum VariantKey {
    /// In the form that the scheme's secrets have.
    Text(Zeroizing<String>),
    /// As it is.
    Bytes(Zeroizing<Vec<u8>>),
}

/// Every variant of a secret's text, likely ones first.
pub(super) fn secret_variants(text: &str) -> Vec<SecretVariant> {
    let cleaned = cleaned(text);
    let mut variants = Vec::new();
    // First what needs no other reading of the text.
    for (text, undone) in &cleaned {
        if !undone.is_empty() {
            push_text(&mut variants, text, undone, None);
        }
    }
    for (text, undone) in &cleaned {
        match PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)) {
            Some(bare) => {
                push_text(&mut variants, bare, undone, Some("without the prefix"));
                let whole = (
                    CauseKind::SecretPrefix,
                    "with the prefix as a part of the key",
                );
                push(&mut variants, text.as_bytes(), undone, &[whole]);
            }
            None => {
                for prefix in ["whsec_", "v1,whsec_"] {
                    let text = format!("{prefix}{text}");
                    push_text(&mut variants, &text, undone, Some("with a prefix"));
                    let whole = (
                        CauseKind::SecretPrefix,
                        "with a prefix as a part of the key",
                    );
                    push(&mut variants, text.as_bytes(), undone, &[whole]);
                }
            }
        }
    }
    for (text, undone) in &cleaned {
        let bare = PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix));
        interpret(&mut variants, bare.unwrap_or(text), undone);
    }
    variants
}

/// The text as it is, and without what does not belong to it.
fn cleaned(text: &str) -> Vec<(&str, Vec<Fault>)> {
    let mut texts = vec![(text, Vec::new())];
    let trimmed = text.trim();
    if trimmed.len() < text.len() {
        let undone = (
            CauseKind::SecretWhitespace,
            "without the white space around it",
        );
        texts.push((trimmed, vec![undone]));
    }
    let unquoted = ['"', '\'', '`'].into_iter().find_map(|quote| {
        let inner = trimmed.strip_prefix(quote)?.strip_suffix(quote)?;
        Some(inner.trim())
    });
    if let Some(unquoted) = unquoted {
        let mut undone = texts
            .last()
            .map_or_else(Vec::new, |(_, undone)| undone.clone());
        undone.push((CauseKind::SecretQuotes, "without the quotes around it"));
        texts.push((unquoted, undone));
    }
    texts
}

/// The ways in which a text can be a key.
fn interpret(variants: &mut Vec<SecretVariant>, text: &str, undone: &[Fault]) {
    let mut add = |key: Option<Vec<u8>>, words: &'static str| {
        if let Some(key) = key.map(Zeroizing::new) {
            push(
                variants,
                &key,
                undone,
                &[(CauseKind::SecretEncoding, words)],
            );
        }
    };
    add(Some(text.as_bytes().to_vec()), "used as text");
    let base64 = BASE64.decode(text).ok();
    let twice = base64.as_ref().and_then(|once| BASE64.decode(once).ok());
    add(base64, "decoded from base64");
    add(BASE64_URL.decode(text).ok(), "decoded from URL-safe base64");
    add(twice, "decoded from base64 twice");
    add(from_hex(text), "decoded from hex");
    let encoded = BASE64.encode(text).into_bytes();
    add(Some(encoded), "encoded in base64 once more");
    let hex = crate::crypto::Encoding::Hex.encode(text.as_bytes());
    add(Some(hex.into_bytes()), "encoded in hex once more");
}

fn push_text(
    variants: &mut Vec<SecretVariant>,
    text: &str,
    undone: &[Fault],
    prefix: Option<&'static str>,
) {
    let prefix = prefix.map(|words| (CauseKind::SecretPrefix, words));
    variants.push(SecretVariant {
        key: VariantKey::Text(Zeroizing::new(text.to_owned())),
        undone: undone.iter().copied().chain(prefix).collect(),
    });
}

fn push(variants: &mut Vec<SecretVariant>, key: &[u8], undone: &[Fault], faults: &[Fault]) {
    if key.is_empty() {
        return;
    }
    variants.push(SecretVariant {
        key: VariantKey::Bytes(Zeroizing::new(key.to_vec())),
        undone: [undone, faults].concat(),
    });
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.is_empty() || digits.len() % 2 == 1 {
        return None;
    }
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    digits
        .chunks(2)
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}
