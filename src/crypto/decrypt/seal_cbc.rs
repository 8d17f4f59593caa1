//! The sender's side, for tests (feature `testing`).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cbc::{
    Encryptor,
    cipher::{BlockModeEncrypt, InnerIvInit, block_padding::Pkcs7},
};

use super::Aes256Cbc;

impl Aes256Cbc {
    /// Encrypts as Voyado Engage does, into URL-safe base64 without padding (feature `testing`).
    ///
    /// For tests. A sender makes a random `iv` for each payload; this one takes it, so that results repeat.
    pub fn seal(&self, plaintext: &[u8], iv: [u8; 16]) -> String {
        let ciphertext = Encryptor::inner_iv_init(&*self.cipher, (&iv).into())
            .encrypt_padded_vec::<Pkcs7>(plaintext);
        URL_SAFE_NO_PAD.encode([iv.as_slice(), &ciphertext].concat())
    }
}
