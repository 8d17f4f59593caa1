//! What schemes with code of their own share.

use bytes::Bytes;
use http::Uri;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::{
    crypto::{Algorithm, KeyMaterial, Keyring, KeyringHasher},
    error::{ConfigError, ConfigErrorKind, Rejection, RejectionKind},
    message::RequestHead,
};

/// A secret, already mixed into a hash state.
pub(super) struct MacKey {
    keyring: Keyring,
    #[cfg_attr(not(feature = "testing"), expect(dead_code))]
    bytes: Zeroizing<Vec<u8>>,
    #[cfg_attr(not(feature = "testing"), expect(dead_code))]
    algorithm: Algorithm,
}

impl MacKey {
    /// A secret whose text is the key.
    pub(super) fn of_text(algorithm: Algorithm, text: &str) -> Result<Self, ConfigError> {
        Self::of_bytes(algorithm, Zeroizing::new(text.as_bytes().to_vec()))
    }

    /// A secret of hexadecimal digits.
    pub(super) fn of_hex(algorithm: Algorithm, text: &str) -> Result<Self, ConfigError> {
        let text = text.trim_ascii();
        let mut bytes = Zeroizing::new(vec![0; text.len() / 2]);
        crate::crypto::decode_hex(text.as_bytes(), &mut bytes)
            .ok_or(ConfigError::new(ConfigErrorKind::SigningSecretNotHex))?;
        Self::of_bytes(algorithm, bytes)
    }

    fn of_bytes(algorithm: Algorithm, bytes: Zeroizing<Vec<u8>>) -> Result<Self, ConfigError> {
        if bytes.is_empty() {
            return Err(ConfigError::new(ConfigErrorKind::EmptySigningSecret));
        }
        let mut keyring = Keyring::new(algorithm);
        keyring.push(KeyMaterial::Mac(&bytes), None, 0);
        Ok(Self {
            keyring,
            bytes,
            algorithm,
        })
    }

    /// Compares in constant time.
    fn matches(&self, parts: &[&[u8]], candidate: &[u8]) -> bool {
        let mut hasher = KeyringHasher::new();
        self.keyring.start(None, &mut hasher);
        for part in parts {
            hasher.update(part);
        }
        let mut genuine = hasher.finish();
        genuine.compare(candidate);
        genuine.position().is_some()
    }

    #[cfg(feature = "testing")]
    pub(super) fn tag(&self, parts: &[&[u8]]) -> Vec<u8> {
        crate::crypto::tag(self.algorithm, &self.bytes, parts).to_vec()
    }
}

/// A secret that outlives the head: it is needed at the end of the body. Cheap to clone.
pub(super) type SharedKey = std::sync::Arc<MacKey>;

/// Whether one of the keys made `candidate` over the parts. Each is tried, whether or not one has matched.
pub(super) fn any_matches(keys: &[SharedKey], parts: &[&[u8]], candidate: &[u8]) -> bool {
    keys.iter()
        .fold(false, |any, key| any | key.matches(parts, candidate))
}

/// The one value of a header; equal lines are one.
pub(super) fn only_value<'h>(head: &RequestHead<'h>, name: &str) -> Result<&'h [u8], Rejection> {
    let mut lines = head.headers().get_all(name).iter();
    let first = lines.next().ok_or(RejectionKind::MissingSignatureHeaders)?;
    if lines.any(|line| line != first) {
        return Err(RejectionKind::ConflictingSignatureHeaders.into());
    }
    Ok(first.as_bytes())
}

/// As [`only_value`], as text.
pub(super) fn only_text<'h>(head: &RequestHead<'h>, name: &str) -> Result<&'h str, Rejection> {
    std::str::from_utf8(only_value(head, name)?)
        .map_err(|_| RejectionKind::SignatureMismatch.into())
}

/// The address that is registered with the sender, where its parts are signed.
///
/// # Errors
///
/// [`ConfigErrorKind::InvalidPublicUrl`] if it is not an absolute one.
pub(super) fn public_url(url: &str) -> Result<Uri, ConfigError> {
    let parsed = url.parse::<Uri>().ok();
    let absolute = parsed.filter(|uri| uri.scheme().is_some() && uri.authority().is_some());
    absolute.ok_or_else(|| ConfigError::new(ConfigErrorKind::InvalidPublicUrl).about(url))
}

/// Path and query of an address, as they are signed.
pub(super) fn signed_path(url: &Uri) -> &str {
    url.path_and_query().map_or("/", |path| path.as_str())
}

/// The members of a JSON body in which the signature itself stands. What does not have them carries no signature.
pub(super) fn members<T: DeserializeOwned>(body: &Bytes) -> Result<T, Rejection> {
    serde_json::from_slice(body).map_err(|_| RejectionKind::SignatureMismatch.into())
}
