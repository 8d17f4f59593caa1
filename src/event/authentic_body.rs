use std::fmt;

use bytes::Bytes;

/// The bytes of a webhook whose signature held.
///
/// Only the receiver makes one. Its `Debug` shows the length, never the content.
#[derive(Clone, Copy)]
pub struct AuthenticBody<'a> {
    bytes: &'a Bytes,
}

impl<'a> AuthenticBody<'a> {
    pub(crate) fn new(bytes: &'a Bytes) -> Self {
        Self { bytes }
    }

    /// The raw bytes, exactly as they were signed.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The same bytes, shared and not copied.
    pub fn to_bytes(&self) -> Bytes {
        self.bytes.clone()
    }
}

impl fmt::Debug for AuthenticBody<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticBody")
            .field("len", &self.bytes.len())
            .finish_non_exhaustive()
    }
}
