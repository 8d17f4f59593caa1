use std::fmt;

/// What was encrypted. Its `Debug` shows the length, never the content.
///
/// It is made `from` a `Vec<u8>`. It is not zeroed when dropped: it is no key, and the event that is read
/// from it is a copy that lives on.
pub struct Plaintext {
    bytes: Vec<u8>,
    /// Where it begins. What is in front was needed to decrypt it, and is not worth a copy to be rid of.
    start: usize,
}

impl Plaintext {
    /// The plaintext is in `bytes` from `start` on.
    pub(super) fn starting_at(start: usize, bytes: Vec<u8>) -> Self {
        Self { bytes, start }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }
}

impl From<Vec<u8>> for Plaintext {
    fn from(bytes: Vec<u8>) -> Self {
        Self::starting_at(0, bytes)
    }
}

impl AsRef<[u8]> for Plaintext {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plaintext")
            .field("len", &self.as_bytes().len())
            .finish_non_exhaustive()
    }
}
