//! What may have happened to a body on its way, undone.

use std::{borrow::Cow, io::Read};

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::{
    cause::CauseKind,
    json_layout::{Node, Style},
};

/// Largest body that is written again as JSON, in bytes: there are some 300 ways, and each is hashed.
const MAX_RESERIALIZED: usize = 1024 * 1024;
/// Most bytes that an inflated body may have.
const MAX_INFLATED: u64 = 8 * 1024 * 1024;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A body as it may have been signed.
pub(super) struct BodyVariant<'a> {
    pub(super) cause: CauseKind,
    pub(super) body: Cow<'a, [u8]>,
    /// What was undone, for the proof: "with the last newline removed".
    pub(super) undone: String,
}

impl<'a> BodyVariant<'a> {
    fn new(cause: CauseKind, body: impl Into<Cow<'a, [u8]>>, undone: impl Into<String>) -> Self {
        Self {
            cause,
            body: body.into(),
            undone: undone.into(),
        }
    }
}

/// Every variant of a body, cheap and likely ones first.
pub(super) fn body_variants(body: &[u8]) -> impl Iterator<Item = BodyVariant<'_>> {
    line_ends(body)
        .chain(base64(body))
        .chain(compressed(body))
        .chain(charsets(body))
        .chain(reserialized(body))
}

fn line_ends(body: &[u8]) -> impl Iterator<Item = BodyVariant<'_>> {
    let cause = CauseKind::BodyLineEnd;
    let mut variants = Vec::new();
    for (end, name) in [(&b"\r\n"[..], "CR LF"), (b"\n", "newline")] {
        if let Some(shorter) = body.strip_suffix(end) {
            let undone = format!("without the {name} at its end");
            variants.push(BodyVariant::new(cause, shorter, undone));
        }
        let undone = format!("with a {name} at its end");
        variants.push(BodyVariant::new(cause, [body, end].concat(), undone));
    }
    let trimmed = body.trim_ascii();
    if trimmed.len() < body.len() {
        let undone = "without the white space around it";
        variants.push(BodyVariant::new(cause, trimmed, undone));
    }
    if let Some(shorter) = body.strip_prefix(BOM) {
        let undone = "without the byte order mark at its start";
        variants.push(BodyVariant::new(cause, shorter, undone));
    } else {
        let undone = "with a byte order mark at its start";
        variants.push(BodyVariant::new(cause, [BOM, body].concat(), undone));
    }
    if body.contains(&b'\n') {
        let unix = replace(body, b"\r\n", b"\n");
        let windows = replace(&unix, b"\n", b"\r\n");
        if unix != body {
            let undone = "with its line ends as LF instead of CR LF";
            variants.push(BodyVariant::new(cause, unix, undone));
        }
        if windows != body {
            let undone = "with its line ends as CR LF instead of LF";
            variants.push(BodyVariant::new(cause, windows, undone));
        }
    }
    variants.into_iter()
}

fn base64(body: &[u8]) -> impl Iterator<Item = BodyVariant<'_>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let text = body.trim_ascii();
    // A JSON text of a gateway: `"eyJ…"`.
    let text = text
        .strip_prefix(b"\"")
        .and_then(|text| text.strip_suffix(b"\""))
        .unwrap_or(text);
    let text: Vec<u8> = text
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let alphabets = [alphabet::STANDARD, alphabet::URL_SAFE];
    let decoded = alphabets.into_iter().filter_map(move |alphabet| {
        let decoded = GeneralPurpose::new(&alphabet, config).decode(&text).ok()?;
        (!decoded.is_empty()).then_some(decoded)
    });
    decoded.map(|body| BodyVariant::new(CauseKind::BodyBase64, body, "decoded from base64"))
}

fn compressed(body: &[u8]) -> impl Iterator<Item = BodyVariant<'_>> {
    let cause = CauseKind::BodyCompressed;
    let mut variants = Vec::new();
    // RFC 1952, section 2.3.1, and RFC 1950, section 2.2: the first bytes.
    if body.starts_with(&[0x1f, 0x8b]) {
        if let Some(inflated) = inflate(flate2::read::MultiGzDecoder::new(body)) {
            let undone = format!("inflated by gzip from {} bytes", body.len());
            variants.push(BodyVariant::new(cause, inflated, undone));
        }
    } else if matches!(body, [first, second, ..]
        if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0)
    {
        if let Some(inflated) = inflate(flate2::read::ZlibDecoder::new(body)) {
            let undone = format!("inflated by deflate from {} bytes", body.len());
            variants.push(BodyVariant::new(cause, inflated, undone));
        }
    }
    // Some senders' `deflate` has no zlib header (RFC 9110, section 8.4.1.2).
    if variants.is_empty() && !body.is_ascii() {
        if let Some(inflated) = inflate(flate2::read::DeflateDecoder::new(body)) {
            let undone = format!("inflated by raw deflate from {} bytes", body.len());
            variants.push(BodyVariant::new(cause, inflated, undone));
        }
    }
    variants.into_iter()
}

fn inflate(reader: impl Read) -> Option<Vec<u8>> {
    let mut inflated = Vec::new();
    let read = reader.take(MAX_INFLATED).read_to_end(&mut inflated).ok()?;
    (read > 0).then_some(inflated)
}

fn charsets(body: &[u8]) -> impl Iterator<Item = BodyVariant<'_>> {
    let cause = CauseKind::BodyCharset;
    let mut variants = Vec::new();
    if !body.is_ascii() {
        if let Ok(text) = std::str::from_utf8(body) {
            if let Some(latin1) = to_latin1(text) {
                let undone = "with its text read as UTF-8 and written as Latin-1";
                variants.push(BodyVariant::new(cause, latin1, undone));
            }
            let (windows, _, unmappable) = encoding_rs::WINDOWS_1252.encode(text);
            if !unmappable {
                let undone = "with its text read as UTF-8 and written as Windows-1252";
                variants.push(BodyVariant::new(cause, windows.into_owned(), undone));
            }
        }
        let latin1: String = body.iter().copied().map(char::from).collect();
        let undone = "with its text read as Latin-1 and written as UTF-8";
        variants.push(BodyVariant::new(cause, latin1.into_bytes(), undone));
        let (windows, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(body);
        let undone = "with its text read as Windows-1252 and written as UTF-8";
        let windows = windows.into_owned().into_bytes();
        variants.push(BodyVariant::new(cause, windows, undone));
    }
    variants.into_iter()
}

fn to_latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|char| u8::try_from(char).ok()).collect()
}

fn reserialized(body: &[u8]) -> impl Iterator<Item = BodyVariant<'_>> {
    let node = (body.len() <= MAX_RESERIALIZED)
        .then(|| std::str::from_utf8(body.strip_prefix(BOM).unwrap_or(body)).ok())
        .flatten()
        .and_then(Node::parse)
        // A text or a number alone has no layout.
        .filter(|node| matches!(node, Node::List(_) | Node::Object(_)));
    node.into_iter().flat_map(move |node| {
        Style::all().filter_map(move |style| {
            let written = node.write(style).into_bytes();
            let undone = format!("written as JSON again, {}", style.describe());
            (written != body)
                .then(|| BodyVariant::new(CauseKind::BodyReserialized, written, undone))
        })
    })
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, from) {
        replaced.extend_from_slice(&rest[..at]);
        replaced.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    replaced.extend_from_slice(rest);
    replaced
}
