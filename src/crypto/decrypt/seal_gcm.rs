//! The sender's side, for tests (feature `testing`).

use aes_gcm::AeadInOut;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::Aes256Gcm;

impl Aes256Gcm {
    /// Encrypts into URL-safe base64 without padding (feature `testing`).
    ///
    /// For tests. A sender must never use a `nonce` twice with one key; this one takes it, so that results
    /// repeat.
    ///
    /// # Panics
    ///
    /// If the plaintext is longer than the 64 GiB that GCM can encrypt.
    pub fn seal(&self, plaintext: &[u8], nonce: [u8; 12]) -> String {
        let mut ciphertext = plaintext.to_vec();
        let tag = self
            .cipher
            .encrypt_inout_detached((&nonce).into(), &[], ciphertext.as_mut_slice().into())
            .expect("a plaintext of at most 64 GiB");
        URL_SAFE_NO_PAD.encode([nonce.as_slice(), &ciphertext, &tag].concat())
    }
}
