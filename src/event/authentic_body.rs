use std::{cell::Cell, fmt};

use bytes::Bytes;

use super::DecodeError;
use crate::crypto::decrypt::Decrypt;

/// The bytes of a webhook whose signature held, and the keys to open what is encrypted in them.
///
/// Only the receiver makes one. Its `Debug` shows the length, never the content.
pub struct AuthenticBody<'a> {
    bytes: &'a Bytes,
    decryptors: &'a [Box<dyn Decrypt>],
    was_encrypted: Cell<bool>,
}

impl<'a> AuthenticBody<'a> {
    pub(crate) fn new(bytes: &'a Bytes, decryptors: &'a [Box<dyn Decrypt>]) -> Self {
        Self {
            bytes,
            decryptors,
            was_encrypted: Cell::new(false),
        }
    }

    /// The raw bytes, exactly as they were signed.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The same bytes, shared and not copied.
    pub fn to_bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    /// Opens a payload that the body says is encrypted.
    ///
    /// The keys are tried in the order of the configuration, until `read` makes sense of a plaintext: without
    /// authentication, as in AES-CBC, a wrong key can give a plaintext too.
    ///
    /// # Errors
    ///
    /// [`DecryptionKeyMissing`](super::DecodeErrorKind::DecryptionKeyMissing) if there is no key, else
    /// [`DecryptionFailed`](super::DecodeErrorKind::DecryptionFailed), whatever went wrong.
    pub fn decrypt<T>(
        &self,
        sealed: &str,
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<T, DecodeError> {
        if self.decryptors.is_empty() {
            return Err(DecodeError::decryption_key_missing());
        }
        let opened = self
            .decryptors
            .iter()
            .filter_map(|decryptor| decryptor.decrypt(sealed).ok())
            .find_map(|plaintext| read(plaintext.as_bytes()));
        self.was_encrypted
            .set(self.was_encrypted.get() || opened.is_some());
        opened.ok_or(DecodeError::decryption_failed())
    }

    pub(crate) fn was_encrypted(&self) -> bool {
        self.was_encrypted.get()
    }
}

impl fmt::Debug for AuthenticBody<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticBody")
            .field("len", &self.bytes.len())
            .finish_non_exhaustive()
    }
}
