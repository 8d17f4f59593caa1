//! Signed requests, so that handlers can be tested without a network, and the checks that every store has to pass (feature
//! `testing`).

mod delivery;
#[cfg(feature = "voyado")]
mod envelope;
mod idempotency_conformance;
#[cfg(feature = "tokio")]
mod inbox_conformance;
mod manual_clock;
mod signer;

pub use delivery::{delivery, delivery_of};
#[cfg(feature = "voyado")]
pub use envelope::sealed_envelope;
pub use idempotency_conformance::{idempotency_conformance, idempotency_key};
#[cfg(feature = "tokio")]
pub use inbox_conformance::inbox_conformance;
pub use manual_clock::ManualClock;
pub use signer::Signer;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    error::config_error::ConfigError,
    message::RequestHead,
    scheme::{
        Algorithm, DotsInMessageId, Encoding, IntoKeys, Scheme, SignatureCheck, SignatureFormat,
    },
};

/// Whether `signature`, in hexadecimal, was made over `text` with `key`.
///
/// It is the receiver's own comparison, over a text that need not be a webhook: for the known answers of an algorithm.
///
/// # Errors
///
/// A key that is not one of the algorithm.
pub fn signature_matches(
    algorithm: Algorithm,
    key: impl IntoKeys,
    signature: &str,
    text: &[u8],
) -> Result<bool, ConfigError> {
    const HEADER: &str = "signature";
    let format = SignatureFormat::header(HEADER).encoding(Encoding::Hex);
    let scheme = Scheme::builder("known answer")
        .algorithm(algorithm)
        .signature(format)
        .build()?;
    let keys = scheme.keys(&key.into_keys())?;
    let Ok(value) = HeaderValue::from_str(signature) else {
        return Ok(false);
    };
    let headers = HeaderMap::from_iter([(HeaderName::from_static(HEADER), value)]);
    let head = RequestHead::from(&headers);
    let Ok(reading) = scheme.read_head(&head, &keys, DotsInMessageId::Rejected) else {
        return Ok(false);
    };
    let mut check = SignatureCheck::new();
    check.start(reading, &keys);
    check.update(text);
    let text = bytes::Bytes::copy_from_slice(text);
    Ok(check.finish(&scheme, &text).is_ok())
}
