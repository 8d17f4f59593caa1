//! The least that a verification of an HMAC can cost.

use std::{
    fmt,
    hint::black_box,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{
    sample::{KEY, Sample},
    signed::{Covers, Signed, candidates, texts},
};

pub(super) struct Floor {
    hash: &'static str,
    signed: usize,
    covers: Covers,
    measure: Box<dyn FnMut(u64) -> Duration>,
}

impl Floor {
    /// What the sample's signature is an HMAC of, and with which hash.
    pub(super) fn of(sample: &Sample) -> Option<Self> {
        let signed = candidates(sample);
        find::<Hmac<Sha256>>("HMAC-SHA256", &signed, sample)
            .or_else(|| find::<Hmac<Sha1>>("HMAC-SHA1", &signed, sample))
            .or_else(|| find::<Hmac<Sha512>>("HMAC-SHA512", &signed, sample))
    }

    pub(super) fn covers(&self) -> Covers {
        self.covers
    }

    pub(super) fn measure(self) -> Box<dyn FnMut(u64) -> Duration> {
        self.measure
    }
}

impl fmt::Display for Floor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hash, signed, .. } = self;
        match self.covers {
            Covers::Digest => write!(f, "SHA256 of the body, {hash} of {signed} bytes"),
            Covers::Body | Covers::Members => write!(f, "{hash} of {signed} bytes"),
        }
    }
}

fn find<M>(hash: &'static str, signed: &[Signed], sample: &Sample) -> Option<Floor>
where
    M: Mac + KeyInit + Clone + 'static,
{
    let tags = tags(sample);
    let keys = [
        Some(KEY.as_bytes().to_vec()),
        hex::decode(KEY).ok(),
        STANDARD.decode(KEY).ok(),
    ];
    for key in keys.into_iter().flatten() {
        let keyed = <M as KeyInit>::new_from_slice(&key).expect("a key of any length");
        for Signed { covers, text } in signed {
            let tag = keyed.clone().chain_update(text).finalize();
            if tags.iter().any(|known| known[..] == tag.as_bytes()[..]) {
                let body = (*covers == Covers::Digest).then(|| sample.body.clone());
                return Some(Floor {
                    hash,
                    signed: text.len(),
                    covers: *covers,
                    measure: repeat(keyed, text.clone(), body),
                });
            }
        }
    }
    None
}

/// All that may be the signature: whatever text of the request decodes to bytes.
fn tags(sample: &Sample) -> Vec<Vec<u8>> {
    let strings = sample.body.split(|byte| *byte == b'"');
    let texts = texts(&sample.head.headers).into_iter().chain(strings);
    texts
        .flat_map(|text| [hex::decode(text).ok(), STANDARD.decode(text).ok()])
        .flatten()
        .collect()
}

fn repeat<M: Mac + Clone + 'static>(
    keyed: M,
    text: Vec<u8>,
    body: Option<Bytes>,
) -> Box<dyn FnMut(u64) -> Duration> {
    let tag = keyed.clone().chain_update(&text).finalize();
    Box::new(move |runs| {
        let started = Instant::now();
        for _ in 0..runs {
            if let Some(body) = &body {
                black_box(Sha256::digest(body));
            }
            assert!(keyed.clone().chain_update(&text).finalize() == tag);
        }
        started.elapsed()
    })
}
