//! The lines of a signature header, and the entries on them.

use http::{HeaderMap, HeaderName, HeaderValue, header::GetAll};
use memchr::memchr2;

use super::signature_format::Grammar;
use crate::{crypto::Algorithm, error::rejection::RejectionKind};

/// Most entries that a list of signatures may have. Svix sends at most 11.
const MAX_ENTRIES: usize = 64;
/// Most bytes that a list of signatures may have, over all lines.
const MAX_BYTES: usize = 8 * 1024;
/// Longest name of an event type that is read from a header, in bytes.
const MAX_EVENT_TYPE_LEN: usize = 256;

/// The lines of the headers that have signatures: several are one list (RFC 9110, section 5.3).
pub(super) struct SignatureLines<'h> {
    headers: &'h HeaderMap,
    /// Looked up once: most schemes have one such header.
    first: GetAll<'h, HeaderValue>,
    others: &'h [HeaderName],
}

/// An entry of a list of signatures.
pub(super) enum Entry<'l> {
    /// An encoded signature, and the algorithm that it claims.
    Signature(Algorithm, &'l [u8]),
    /// A field that is no signature: its key and its value.
    Field(&'l [u8], &'l [u8]),
    /// Neither.
    Other,
}

impl<'h> SignatureLines<'h> {
    /// `None` if there is no such header.
    #[inline]
    pub(super) fn find(headers: &'h HeaderMap, names: &'h [HeaderName]) -> Option<Self> {
        let (first, others) = names.split_first()?;
        let first = headers.get_all(first);
        let is_there =
            first.iter().next().is_some() || others.iter().any(|name| headers.contains_key(name));
        is_there.then_some(Self {
            headers,
            first,
            others,
        })
    }

    /// Visits each line. An iterator over all of them would cost more than what is done with one line.
    #[inline]
    fn visit_lines(&self, mut visit: impl FnMut(&'h HeaderValue)) {
        #[expect(
            clippy::explicit_iter_loop,
            reason = "a reference to it would live shorter"
        )]
        for line in self.first.iter() {
            visit(line);
        }
        for name in self.others {
            for line in self.headers.get_all(name) {
                visit(line);
            }
        }
    }

    /// Visits each entry, in the order of the lines.
    #[inline]
    pub(super) fn visit(
        &self,
        grammar: &Grammar,
        algorithm: Algorithm,
        mut visit: impl FnMut(Entry<'h>),
    ) {
        self.visit_lines(|line| grammar.entries(algorithm, line.as_bytes(), &mut visit));
    }

    /// Rejects a list that is longer than any sender's.
    #[inline]
    pub(super) fn limit(&self, grammar: &Grammar) -> Result<(), RejectionKind> {
        let (mut bytes, mut lines) = (0, 0);
        self.visit_lines(|line| {
            bytes += line.len();
            lines += 1;
        });
        // An entry has a byte at least, and another one lies between it and the next: so short a list cannot have too many.
        if bytes + lines <= 2 * MAX_ENTRIES {
            return Ok(());
        }
        if bytes > MAX_BYTES {
            return Err(RejectionKind::SignatureListTooLong);
        }
        let mut entries = 0;
        self.visit(grammar, Algorithm::default(), |_| entries += 1);
        if entries > MAX_ENTRIES {
            return Err(RejectionKind::SignatureListTooLong);
        }
        Ok(())
    }

    /// The value of the field with this key; it may be repeated, not contradicted.
    pub(super) fn field(
        &self,
        grammar: &Grammar,
        key: &str,
    ) -> Result<Option<&'h [u8]>, RejectionKind> {
        let (mut found, mut conflict) = (None, false);
        self.visit(grammar, Algorithm::default(), |entry| {
            if let Entry::Field(name, value) = entry {
                if name == key.as_bytes() {
                    conflict |= *found.get_or_insert(value) != value;
                }
            }
        });
        if conflict {
            return Err(RejectionKind::ConflictingSignatureHeaders);
        }
        Ok(found)
    }
}

/// The one value of a header; it may be repeated, not contradicted. `None` if it is missing.
#[inline]
pub(super) fn only_value<'h>(
    lines: &GetAll<'h, HeaderValue>,
) -> Result<Option<&'h [u8]>, RejectionKind> {
    let mut lines = lines.iter();
    let Some(first) = lines.next() else {
        return Ok(None);
    };
    if lines.any(|line| line != first) {
        return Err(RejectionKind::ConflictingSignatureHeaders);
    }
    Ok(Some(first.as_bytes()))
}

impl Grammar {
    /// Visits the entries of one line.
    #[inline]
    fn entries<'l>(&self, algorithm: Algorithm, line: &'l [u8], visit: &mut impl FnMut(Entry<'l>)) {
        match self {
            Self::Versions => versions(line, visit),
            Self::Values { prefix } => {
                for value in separated(line, b',') {
                    visit(match value.strip_prefix(prefix.as_bytes()) {
                        Some(encoded) => Entry::Signature(algorithm, encoded),
                        None => Entry::Other,
                    });
                }
            }
            Self::Fields { separator, key } => {
                for field in separated(line, *separator) {
                    visit(match split_once(field, b'=') {
                        Some((name, value)) if name == key.as_bytes() => {
                            Entry::Signature(algorithm, value)
                        }
                        Some((name, value)) => Entry::Field(name, value),
                        None => Entry::Other,
                    });
                }
            }
        }
    }
}

/// The list of Standard Webhooks: `version,signature`, separated by spaces. A proxy may have joined two lines with a comma
/// (RFC 9110, section 5.3), and some senders join so themselves: base64 has no comma, so that one reading serves both.
#[inline]
fn versions<'l>(line: &'l [u8], visit: &mut impl FnMut(Entry<'l>)) {
    let mut rest = line;
    // A version that waits for what follows its comma; one that nobody knows is `Some(None)`.
    let mut version: Option<Option<Algorithm>> = None;
    while !rest.is_empty() {
        let end = memchr2(b' ', b',', rest).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        let before_comma = behind.first() == Some(&b',');
        rest = behind.get(1..).unwrap_or_default();
        let known = known_version(piece);
        match version.take() {
            Some(Some(algorithm)) => {
                visit(Entry::Signature(algorithm, piece));
                continue;
            }
            Some(None) => {
                visit(Entry::Other);
                // Behind the comma of an unknown version stands its signature, unless the next entry begins there.
                if known.is_none() || !before_comma {
                    continue;
                }
            }
            None => {}
        }
        if piece.is_empty() {
            continue;
        }
        if before_comma {
            version = Some(known);
        } else {
            visit(Entry::Other);
        }
    }
    if version.is_some() {
        visit(Entry::Other);
    }
}

fn known_version(piece: &[u8]) -> Option<Algorithm> {
    match piece {
        b"v1" => Some(Algorithm::HmacSha256),
        b"v1a" => Some(Algorithm::Ed25519),
        _ => None,
    }
}

/// What stands between separators, without white space at the ends; empty ones are skipped.
fn separated(line: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(line);
    let pieces = std::iter::from_fn(move || {
        let line = rest?;
        let end = memchr::memchr(separator, line);
        rest = end.and_then(|end| line.get(end + 1..));
        Some(end.and_then(|end| line.get(..end)).unwrap_or(line))
    });
    pieces
        .map(<[u8]>::trim_ascii)
        .filter(|value| !value.is_empty())
}

fn split_once(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(separator, text)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// A name that can stand in a log and be compared: visible ASCII, with spaces.
pub(super) fn event_type(text: &[u8]) -> Option<&str> {
    let is_well_formed = (1..=MAX_EVENT_TYPE_LEN).contains(&text.len())
        && text.iter().all(|byte| matches!(byte, b' '..=b'~'));
    is_well_formed.then_some(std::str::from_utf8(text).ok()?)
}
