use std::{fmt, sync::Arc};

use aes::{Aes256, cipher::KeyInit};
use cbc::{
    Decryptor,
    cipher::{BlockModeDecrypt, InnerIvInit, block_padding::Pkcs7},
};

use super::{Decrypt, DecryptError, Plaintext, encoding};
use crate::error::config_error::{ConfigError, ConfigErrorKind};

/// The length of the initialisation vector, which is that of a block.
const IV_LEN: usize = 16;

/// AES-256 in CBC mode with PKCS#7 padding, as Voyado Engage encrypts.
///
/// A payload is the base64 of a 16-byte initialisation vector and the ciphertext: URL-safe or standard
/// alphabet, padded or not.
///
/// CBC does not show that a payload was altered. In a webhook the signature does, and holds before anything
/// is decrypted. A wrong padding gives the same [`DecryptError`] as everything else, but is found in a
/// slightly different time: do not decrypt with it what a stranger may have sent and can send as often as
/// it takes. Where you choose the cipher, choose [`Aes256Gcm`](super::Aes256Gcm).
///
/// Clones share the key, which is zeroed with the last of them and not shown by `Debug`.
#[derive(Clone)]
pub struct Aes256Cbc {
    /// The expanded key. It does not move with its owner, which would leave copies behind that nobody zeroes.
    pub(super) cipher: Arc<Aes256>,
}

impl Aes256Cbc {
    /// A decryptor with a key of 32 bytes. The 32 characters that Voyado shows are these bytes.
    ///
    /// # Errors
    ///
    /// A key of any other length.
    pub fn new(key: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        match Aes256::new_from_slice(key.as_ref()) {
            Ok(cipher) => Ok(Self {
                cipher: Arc::new(cipher),
            }),
            Err(_) => Err(ConfigError::new(ConfigErrorKind::InvalidDecryptionKey)
                .about(format!("{} bytes", key.as_ref().len()))),
        }
    }
}

impl Decrypt for Aes256Cbc {
    fn decrypt(&self, sealed: &str) -> Result<Plaintext, DecryptError> {
        let mut bytes = encoding::decode(sealed)?;
        let (iv, ciphertext) = bytes
            .split_first_chunk_mut::<IV_LEN>()
            .ok_or(DecryptError)?;
        // Borrows the expanded key; `Decryptor::new` would expand it again for every payload.
        let len = Decryptor::inner_iv_init(&*self.cipher, (&*iv).into())
            .decrypt_padded::<Pkcs7>(ciphertext)
            .map_err(|_| DecryptError)?
            .len();
        bytes.truncate(IV_LEN + len);
        Ok(Plaintext::starting_at(IV_LEN, bytes))
    }
}

impl fmt::Debug for Aes256Cbc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Aes256Cbc([redacted])")
    }
}
