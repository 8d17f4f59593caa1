//! Lists of signatures: genuine, mutated, hostile.

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};

use crate::support::signature_by;

/// What a sender signs.
pub(super) struct Signable<'a> {
    pub(super) keys: Vec<&'a [u8]>,
    pub(super) id: &'a str,
    pub(super) timestamp: &'a str,
    pub(super) body: &'a [u8],
}

impl Signable<'_> {
    fn signed_by(&self, key: &[u8], body: &[u8]) -> String {
        signature_by(key, self.id, self.timestamp, body)
    }

    fn signed(&self, by: Index, body: &[u8]) -> String {
        self.signed_by(self.keys[by.index(self.keys.len())], body)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Signatures {
    entries: Vec<Entry>,
    separator: &'static str,
}

#[derive(Clone, Debug)]
enum Entry {
    Genuine(Index, Spelling),
    /// By a key that the receiver has not.
    ByStranger,
    OverOtherBody(Index),
    /// Over what remains of the body when it is read as UTF-8.
    OverMangledBody(Index),
    Text(Vec<u8>),
}

/// How a genuine signature is written.
#[derive(Clone, Debug)]
enum Spelling {
    Exact,
    AsVersion(&'static str),
    WithoutPadding,
    WithMore(&'static str),
    WithUnusedBits,
    WithStray(Index, char),
    WithChanged(Index, char),
    CutAt(Index),
}

impl Signatures {
    /// Each entry for itself.
    pub(super) fn entries(&self, signable: &Signable<'_>) -> Vec<Vec<u8>> {
        self.entries
            .iter()
            .map(|entry| entry.text(signable))
            .collect()
    }

    /// All entries in one line.
    pub(super) fn list(&self, entries: &[Vec<u8>]) -> Vec<u8> {
        entries.join(self.separator.as_bytes())
    }
}

impl Entry {
    fn text(&self, signable: &Signable<'_>) -> Vec<u8> {
        let body = signable.body;
        let text = match self {
            Self::Genuine(by, spelling) => spelling.of(&signable.signed(*by, body)),
            Self::ByStranger => signable.signed_by(b"a key that is not configured", body),
            Self::OverOtherBody(by) => signable.signed(*by, &[body, b" "].concat()),
            Self::OverMangledBody(by) => {
                signable.signed(*by, String::from_utf8_lossy(body).as_bytes())
            }
            Self::Text(text) => return text.clone(),
        };
        text.into_bytes()
    }
}

impl Spelling {
    fn of(&self, genuine: &str) -> String {
        let (_, tag) = genuine.split_once(',').unwrap();
        match self {
            Self::Exact => genuine.to_owned(),
            Self::AsVersion(version) => format!("{version}{tag}"),
            Self::WithoutPadding => genuine.trim_end_matches('=').to_owned(),
            Self::WithMore(more) => format!("{genuine}{more}"),
            Self::WithUnusedBits => with_unused_bits(genuine),
            Self::WithStray(at, stray) => {
                let mut text = genuine.to_owned();
                text.insert("v1,".len() + at.index(tag.len()), *stray);
                text
            }
            Self::WithChanged(at, to) => {
                let at = at.index(genuine.len());
                let mut text = genuine.to_owned();
                text.replace_range(at..=at, to.encode_utf8(&mut [0; 4]));
                text
            }
            Self::CutAt(at) => genuine[..at.index(genuine.len())].to_owned(),
        }
    }
}

/// Sets a bit of the last character before the padding that stands for nothing; text without padding has none.
pub(super) fn with_unused_bits(encoded: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let unpadded = encoded.trim_end_matches('=');
    let padding = &encoded[unpadded.len()..];
    let Some((head, last)) = unpadded.split_at_checked(unpadded.len().saturating_sub(1)) else {
        return encoded.to_owned();
    };
    let position = ALPHABET
        .iter()
        .position(|character| last.as_bytes() == [*character]);
    match position {
        Some(position) if !padding.is_empty() => {
            format!("{head}{}{padding}", char::from(ALPHABET[position | 1]))
        }
        _ => encoded.to_owned(),
    }
}

/// What stands between spaces: an entry, as everybody but ours reads it.
pub(super) fn words(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| *byte == b' ')
}

/// The entries of a list as ours reads it, of which a comma may join several: a version with what follows its comma, or what
/// is no such pair.
pub(super) fn entries(list: &[u8]) -> Vec<Vec<u8>> {
    words(list).flat_map(entries_of_word).collect()
}

fn entries_of_word(word: &[u8]) -> Vec<Vec<u8>> {
    let pieces: Vec<_> = word.split(|byte| *byte == b',').collect();
    let is_version = |piece: &[u8]| matches!(piece, b"v1" | b"v1a");
    let mut entries = Vec::new();
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let next = pieces.get(at + 1);
        // The next entry begins behind the comma of what is no version.
        let begins_next = next.is_some_and(|next| is_version(next) && at + 2 < pieces.len());
        let pair = next.filter(|_| is_version(piece) || !begins_next && !piece.is_empty());
        match pair {
            Some(next) => entries.push([piece, &b","[..], next].concat()),
            None if !piece.is_empty() => entries.push(piece.to_vec()),
            None => {}
        }
        at += 1 + usize::from(pair.is_some());
    }
    entries
}

/// Whether an entry is what a sender writes: `v1` and 32 bytes in canonical base64.
pub(super) fn is_well_formed(entry: &[u8]) -> bool {
    let encoded = entry.strip_prefix(b"v1,");
    encoded.is_some_and(|text| STANDARD.decode(text).is_ok_and(|tag| tag.len() == 32))
}

fn spelling() -> impl Strategy<Value = Spelling> {
    let character = || select("AZaz09+/=-_!,.".chars().collect::<Vec<_>>());
    prop_oneof![
        2 => select(vec!["v1a,", "V1,", "v2,", "v01,", ",", "", "v1", "v1,,"]).prop_map(Spelling::AsVersion),
        1 => Just(Spelling::WithoutPadding),
        3 => select(vec!["=", "==", "A", "AAAA", ",", ",v1", ",other", ";", "\t"]).prop_map(Spelling::WithMore),
        1 => Just(Spelling::WithUnusedBits),
        2 => (any::<Index>(), character()).prop_map(|(at, stray)| Spelling::WithStray(at, stray)),
        3 => (any::<Index>(), character()).prop_map(|(at, to)| Spelling::WithChanged(at, to)),
        1 => any::<Index>().prop_map(Spelling::CutAt),
    ]
}

fn genuine() -> impl Strategy<Value = Entry> {
    any::<Index>().prop_map(|by| Entry::Genuine(by, Spelling::Exact))
}

fn hostile() -> impl Strategy<Value = Entry> {
    let texts: Vec<&[u8]> = vec![
        b"",
        b",",
        b"v1",
        b"v1,",
        b"v1,=",
        b"v1,x",
        b"v1,AAAA",
        b"v2,y",
        b"v1a,x",
        b"nocomma",
        b"v1,\xff",
        b"\xf0\x9f\x94\x91",
    ];
    prop_oneof![
        5 => (any::<Index>(), spelling()).prop_map(|(by, spelling)| Entry::Genuine(by, spelling)),
        1 => Just(Entry::ByStranger),
        1 => any::<Index>().prop_map(Entry::OverOtherBody),
        1 => any::<Index>().prop_map(Entry::OverMangledBody),
        3 => select(texts).prop_map(|text| Entry::Text(text.to_vec())),
    ]
}

/// A genuine signature behind so much that the list is about as long as ours may be, or longer.
fn long() -> impl Strategy<Value = Vec<Entry>> {
    let many = (62..67_usize).prop_map(|before| vec![Entry::ByStranger; before]);
    let big = (8_140..8_150_usize).prop_map(|bytes| {
        vec![Entry::Text(
            [b"v2,".as_slice(), &vec![b'x'; bytes]].concat(),
        )]
    });
    (prop_oneof![many, big], genuine()).prop_map(|(mut entries, genuine)| {
        entries.push(genuine);
        entries
    })
}

pub(super) fn signatures() -> impl Strategy<Value = Signatures> {
    let entries = prop_oneof![
        12 => vec(genuine(), 1),
        4 => vec(prop_oneof![genuine(), Just(Entry::ByStranger)], 2..=11),
        6 => vec(hostile(), 1),
        6 => vec(prop_oneof![genuine(), hostile()], 2..=5),
        1 => long(),
    ];
    let separator = prop_oneof![12 => Just(" "), 1 => Just("  ")];
    (entries, separator).prop_map(|(entries, separator)| Signatures { entries, separator })
}
