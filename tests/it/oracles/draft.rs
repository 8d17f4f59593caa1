//! Requests before they are signed: valid, mutated, hostile.

use std::iter;

use bytes::Bytes;
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    strategy::ValueTree,
    string::string_regex,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};

use super::{
    layout::{Layout, layout},
    secrets::{Secret, secrets},
    sent::Sent,
    signatures::{Signable, Signatures, signatures},
};

/// A request in every respect but the time, at which it is signed.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    secrets: Vec<Secret>,
    id: Vec<u8>,
    offset: i64,
    timestamp: Spelling,
    body: Bytes,
    signatures: Signatures,
    layout: Layout,
}

/// How the timestamp's header spells the seconds that were signed.
#[derive(Clone, Debug)]
enum Spelling {
    Between(&'static str, &'static str),
    Instead(&'static str),
}

impl Draft {
    pub(super) fn sent_at(&self, now: u64) -> Sent {
        let seconds = now.saturating_add_signed(self.offset).to_string();
        let timestamp = match self.timestamp {
            Spelling::Between(before, behind) => format!("{before}{seconds}{behind}"),
            Spelling::Instead(text) => text.to_owned(),
        };
        // Servers of other languages hand a header over as Latin-1, and their libraries sign the text as UTF-8.
        let id: String = self.id.iter().map(|byte| char::from(*byte)).collect();
        let signable = Signable {
            keys: self.secrets.iter().map(|secret| &*secret.key).collect(),
            id: &id,
            timestamp: &seconds,
            body: &self.body,
        };
        let entries = self.signatures.entries(&signable);
        let list = self.signatures.list(&entries);
        Sent {
            secrets: self.secrets.iter().map(Secret::text).collect(),
            headers: self
                .layout
                .headers([&self.id, timestamp.as_bytes(), &list], &entries),
            body: self.body.clone(),
        }
    }
}

/// The same drafts for the same seed.
pub(super) fn drafts(seed: u64) -> impl Iterator<Item = Draft> {
    seeded(seed, draft())
}

/// The same values of a strategy for the same seed.
pub(super) fn seeded<S: Strategy>(seed: u64, strategy: S) -> impl Iterator<Item = S::Value> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), random);
    iter::repeat_with(move || strategy.new_tree(&mut runner).unwrap().current())
}

fn draft() -> impl Strategy<Value = Draft> {
    // Away from the edge: the oracles read the real clock.
    let offset = prop_oneof![10 => -270..=270_i64, 1 => Just(-330), 1 => Just(330)];
    let body = prop_oneof![4 => text(), 1 => bytes()];
    let parts = (
        secrets(),
        id(),
        offset,
        timestamp(),
        body,
        signatures(),
        layout(),
    );
    parts.prop_map(
        |(secrets, id, offset, timestamp, body, signatures, layout)| Draft {
            secrets,
            id,
            offset,
            timestamp,
            body,
            signatures,
            layout,
        },
    )
}

/// An id that every library takes.
pub(super) fn genuine_id() -> impl Strategy<Value = String> {
    let matching = |pattern| string_regex(pattern).unwrap();
    prop_oneof![
        8 => matching("msg_[0-9A-Za-z]{27}"),
        2 => matching("[!--/-~]{1,40}"),
        1 => matching("[!--/-~]{256}"),
    ]
}

fn id() -> impl Strategy<Value = Vec<u8>> {
    let hostile = prop_oneof![
        Just(String::new()),
        string_regex("[a-z]{0,4}[. \t][0-9]{0,9}").unwrap(),
        string_regex("[!--/-~]{257,300}").unwrap(),
    ];
    prop_oneof![
        20 => genuine_id().prop_map(String::into_bytes),
        2 => hostile.prop_map(String::into_bytes),
        1 => vec(prop_oneof![b'!'..=b'~', 0x80..=0xff_u8], 1..9),
    ]
}

fn timestamp() -> impl Strategy<Value = Spelling> {
    let spelled = vec![
        ("+", ""),
        ("-", ""),
        ("0", ""),
        ("00", ""),
        (" ", ""),
        ("", " "),
        ("\t", ""),
        ("", ".0"),
        ("", ".75"),
        ("", "e0"),
        ("", "abc"),
        ("", "_0"),
        ("0x", ""),
        ("", "\u{660}"),
    ];
    let instead = vec![
        "",
        "0",
        "-1",
        "1",
        "1e9",
        "NaN",
        "inf",
        "9223372036854775807",
        "99999999999999999999",
    ];
    prop_oneof![
        20 => Just(Spelling::Between("", "")),
        2 => select(spelled).prop_map(|(before, behind)| Spelling::Between(before, behind)),
        1 => select(instead).prop_map(Spelling::Instead),
    ]
}

/// Bodies that are text.
pub(super) fn text() -> impl Strategy<Value = Bytes> {
    let json = string_regex(r#"\{"[a-z]{1,12}":"\PC{0,40}"\}"#).unwrap();
    let odd = select(vec![
        "",
        " ",
        "\0",
        "a\0\r\n",
        "\u{feff}{}",
        "{}\r\n",
        "\u{2028}",
        "\u{fffd}",
        "日本",
        "🔑",
        "e\u{301}",
    ]);
    let big = (any::<char>(), 1_000..60_000_usize);
    prop_oneof![
        40 => json.prop_map(Bytes::from),
        20 => odd.prop_map(Bytes::from),
        1 => big.prop_map(|(character, times)| String::from(character).repeat(times).into()),
    ]
}

/// Bodies of any bytes.
fn bytes() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..60).prop_map(Bytes::from)
}
