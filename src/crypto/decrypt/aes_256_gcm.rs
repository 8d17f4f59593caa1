use std::{fmt, sync::Arc};

use aes_gcm::{AeadInOut, KeyInit};

use super::{Decrypt, DecryptError, Plaintext, encoding};
use crate::error::config_error::{ConfigError, ConfigErrorKind};

/// The length of the nonce.
const NONCE_LEN: usize = 12;
/// The length of the tag. A shorter one is never accepted: it is easier to guess.
const TAG_LEN: usize = 16;

/// AES-256 in GCM mode, which shows by itself that a payload was not altered.
///
/// A payload is the base64 of a 12-byte nonce, the ciphertext and a 16-byte tag, without associated data:
/// URL-safe or standard alphabet, padded or not.
///
/// Clones share the key, which is zeroed with the last of them and not shown by `Debug`.
#[derive(Clone)]
pub struct Aes256Gcm {
    /// The expanded key. It does not move with its owner, which would leave copies behind that nobody zeroes.
    pub(super) cipher: Arc<aes_gcm::Aes256Gcm>,
}

impl Aes256Gcm {
    /// A decryptor with a key of 32 bytes.
    ///
    /// # Errors
    ///
    /// A key of any other length.
    pub fn new(key: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        match aes_gcm::Aes256Gcm::new_from_slice(key.as_ref()) {
            Ok(cipher) => Ok(Self {
                cipher: Arc::new(cipher),
            }),
            Err(_) => Err(ConfigError::new(ConfigErrorKind::InvalidDecryptionKey)
                .about(format!("{} bytes", key.as_ref().len()))),
        }
    }
}

impl Decrypt for Aes256Gcm {
    fn decrypt(&self, sealed: &str) -> Result<Plaintext, DecryptError> {
        let mut bytes = encoding::decode(sealed)?;
        let (nonce, rest) = bytes
            .split_first_chunk_mut::<NONCE_LEN>()
            .ok_or(DecryptError)?;
        let (text, tag) = rest.split_last_chunk_mut::<TAG_LEN>().ok_or(DecryptError)?;
        let len = text.len();
        // The tag is compared, in constant time, before anything is decrypted.
        self.cipher
            .decrypt_inout_detached((&*nonce).into(), &[], text.into(), (&*tag).into())
            .map_err(|_| DecryptError)?;
        bytes.truncate(NONCE_LEN + len);
        Ok(Plaintext::starting_at(NONCE_LEN, bytes))
    }
}

impl fmt::Debug for Aes256Gcm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Aes256Gcm([redacted])")
    }
}
