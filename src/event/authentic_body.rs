use std::{cell::Cell, fmt};

use bytes::Bytes;
use serde::Deserialize;

use super::{DecodeError, json_path::path_of_error};
use crate::crypto::decrypt::Decrypt;

/// The bytes of a webhook whose signature is verified, and the keys to open what is encrypted in them.
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

    /// The bytes behind a byte order mark, which some senders put in front of JSON (RFC 8259, section 8.1).
    ///
    /// It was signed like the rest, so it can be skipped only now.
    pub fn json_bytes(&self) -> &'a [u8] {
        skip_byte_order_mark(self.bytes)
    }

    /// Decodes the whole body as JSON, behind a byte order mark if there is one.
    ///
    /// # Errors
    ///
    /// [`Malformed`](super::DecodeErrorKind::Malformed), with the line, the column and the path of the field. Of a path,
    /// names are shown that look like those of fields, and `?` for others: the keys of a map may be personal data.
    pub fn json<T: Deserialize<'a>>(&self) -> Result<T, DecodeError> {
        read_json(self.json_bytes())
    }

    /// Opens a payload that the body marks as encrypted.
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

/// Reads JSON, and finds the place of what does not fit.
pub(super) fn read_json<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(json).map_err(|error| {
        let error = DecodeError::from(error);
        match path_of_error::<T>(json) {
            Some(path) => error.with_path(path),
            None => error,
        }
    })
}

pub(crate) fn skip_byte_order_mark(json: &[u8]) -> &[u8] {
    json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json)
}

impl fmt::Debug for AuthenticBody<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticBody")
            .field("len", &self.bytes.len())
            .finish_non_exhaustive()
    }
}
