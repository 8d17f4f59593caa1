//! The list of signatures.

/// The entries of all lines: words between spaces, and in a word pairs of a version and what follows its comma. What is no
/// such pair is an entry too.
pub fn entries<'h>(lines: &[&'h [u8]]) -> Vec<Entry<'h>> {
    lines
        .iter()
        .flat_map(|line| line.split(|byte| *byte == b' '))
        .flat_map(pairs)
        .collect()
}

/// What an entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry<'h> {
    /// The encoded HMAC behind `v1,`.
    HmacSha256(&'h [u8]),
    /// The encoded signature behind `v1a,`.
    Ed25519(&'h [u8]),
    /// Nothing that counts.
    Other,
}

fn pairs(word: &[u8]) -> Vec<Entry<'_>> {
    let pieces: Vec<_> = word.split(|byte| *byte == b',').collect();
    let version = |piece: &[u8]| piece == b"v1" || piece == b"v1a";
    let mut entries = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let (piece, next) = (pieces[at], pieces.get(at + 1).copied());
        let (entry, taken) = match (piece, next) {
            (b"", _) => (None, 1),
            (b"v1", Some(encoded)) => (Some(Entry::HmacSha256(encoded)), 2),
            (b"v1a", Some(encoded)) => (Some(Entry::Ed25519(encoded)), 2),
            // The next entry begins behind the comma of what is no version.
            (_, Some(next)) if version(next) && at + 2 < pieces.len() => (Some(Entry::Other), 1),
            (_, Some(_)) => (Some(Entry::Other), 2),
            (_, None) => (Some(Entry::Other), 1),
        };
        entries.extend(entry);
        at += taken;
    }
    entries
}

/// Whether there are more than 64 entries, or more than 8 KiB.
pub fn is_too_long(lines: &[&[u8]]) -> bool {
    entries(lines).len() > 64 || lines.concat().len() > 8192
}
