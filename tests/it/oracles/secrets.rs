//! Secrets as they are configured, in good and in bad spellings.

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::{collection::vec, prelude::*, sample::select};

use super::signatures::with_unused_bits;

#[derive(Clone, Debug)]
pub(super) struct Secret {
    pub(super) key: Vec<u8>,
    spelling: Spelling,
}

#[derive(Clone, Copy, Debug)]
enum Spelling {
    Prefixed,
    Bare,
    WithoutPadding,
    WithUnusedBits,
    AmidWhiteSpace,
    BehindVersion,
    WithWrongCharacter,
}

impl Secret {
    pub(super) fn text(&self) -> String {
        let encoded = STANDARD.encode(&self.key);
        match self.spelling {
            Spelling::Prefixed => format!("whsec_{encoded}"),
            Spelling::Bare => encoded,
            Spelling::WithoutPadding => format!("whsec_{}", encoded.trim_end_matches('=')),
            Spelling::WithUnusedBits => format!("whsec_{}", with_unused_bits(&encoded)),
            Spelling::AmidWhiteSpace => format!(" whsec_{encoded}\n"),
            Spelling::BehindVersion => format!("v1,whsec_{encoded}"),
            Spelling::WithWrongCharacter => format!("whsec_-{encoded}"),
        }
    }
}

/// Of a length that is in use, in the sender's own spelling.
pub(super) fn genuine() -> impl Strategy<Value = Secret> {
    vec(any::<u8>(), 16..=75).prop_map(|key| Secret {
        key,
        spelling: Spelling::Prefixed,
    })
}

fn hostile() -> impl Strategy<Value = Secret> {
    let key = prop_oneof![
        6 => vec(any::<u8>(), 16..=75),
        2 => vec(any::<u8>(), 1..16),
        1 => Just(Vec::new()),
    ];
    let spelling = select(vec![
        Spelling::Prefixed,
        Spelling::Bare,
        Spelling::WithoutPadding,
        Spelling::WithUnusedBits,
        Spelling::AmidWhiteSpace,
        Spelling::BehindVersion,
        Spelling::WithWrongCharacter,
    ]);
    (key, spelling).prop_map(|(key, spelling)| Secret { key, spelling })
}

/// One secret, or several while one is rotated.
pub(super) fn secrets() -> impl Strategy<Value = Vec<Secret>> {
    prop_oneof![
        12 => vec(genuine(), 1),
        3 => vec(genuine(), 2..=3),
        4 => vec(hostile(), 1),
    ]
}
