//! Schemes as data, against the known answers of their senders.

mod body_members;
mod custom;
mod description;
mod grammar;
mod identity;
mod keys;
mod public_keys;
mod signer;
mod stored;
mod vectors;

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use tower_webhook::{
    Receiver, RejectionKind,
    scheme::{IntoKeys, Scheme, SignatureFormat},
};

/// A second at which every test of this folder happens.
pub(super) const NOW: u64 = 1_700_000_000;

/// HMAC-SHA256 of the body, hexadecimal, in one header: the simplest scheme.
pub(super) fn plain() -> Scheme {
    Scheme::builder("plain")
        .signature(SignatureFormat::header("x-signature"))
        .build()
        .unwrap()
}

pub(super) fn receiver(scheme: &Scheme, keys: impl IntoKeys) -> Receiver {
    Receiver::builder(keys)
        .scheme(scheme.clone())
        .danger_accept_replays()
        .clock(|| Duration::from_secs(NOW))
        .build()
        .unwrap()
}

pub(super) fn headers<const N: usize>(lines: [(&'static str, &str); N]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    headers
}

/// The lower-case hexadecimal tag of a text, with a computation of the tests' own.
pub(super) fn tag(key: &str, text: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

pub(super) const MISMATCH: Result<(), RejectionKind> = Err(RejectionKind::SignatureMismatch);
