//! Sealing payloads, as a tenant that encrypts has it.

use bytes::Bytes;
use tower_webhook::{
    decrypt::{Aes256Cbc, Aes256Gcm},
    testing::sealed_envelope,
};

use super::args::Cipher;
use crate::failure::Failure;

/// The envelope with its payload sealed.
pub(crate) fn sealed(envelope: &[u8], cipher: Cipher, key: &str) -> Result<Bytes, Failure> {
    let envelope = std::str::from_utf8(envelope)?;
    let wrong_key = |error| Failure(format!("--encryption-key (or DECRYPTION_KEY): {error}"));
    let sealed = match cipher {
        Cipher::Aes256Cbc => {
            let (key, iv) = (Aes256Cbc::new(key).map_err(wrong_key)?, random()?);
            sealed_envelope(envelope, |payload| key.seal(payload, iv))
        }
        Cipher::Aes256Gcm => {
            let (key, nonce) = (Aes256Gcm::new(key).map_err(wrong_key)?, random()?);
            sealed_envelope(envelope, |payload| key.seal(payload, nonce))
        }
    };
    let sealed =
        sealed.map_err(|error| Failure(format!("no envelope that can be sealed: {error}")))?;
    Ok(sealed.into())
}

fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Failure(format!("no randomness: {error}")))?;
    Ok(bytes)
}
