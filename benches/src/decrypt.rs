//! Opening an encrypted payload: base64 and cipher.

use aes::Aes256;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cbc::{
    Decryptor,
    cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7},
};
use tower_webhook::decrypt::{Aes256Cbc, Aes256Gcm, Decrypt};

use crate::{Case, genuine::body};

pub const KEY: &str = "DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2";
const SIZES: [usize; 3] = [1024, 8 * 1024, 64 * 1024];

pub fn cases() -> Vec<Case> {
    SIZES
        .into_iter()
        .flat_map(|bytes| {
            let cbc = Aes256Cbc::new(KEY).expect("a key");
            let gcm = Aes256Gcm::new(KEY).expect("a key");
            let by_cbc = cbc.seal(&body(bytes), [7; 16]);
            let by_gcm = gcm.seal(&body(bytes), [7; 12]);
            let the_same = by_cbc.clone();
            [
                ours("AES-256-CBC", bytes, cbc, by_cbc),
                Case::new("decrypt", "AES-256-CBC, naive", bytes, move || {
                    naive(&the_same)
                }),
                ours("AES-256-GCM", bytes, gcm, by_gcm),
            ]
        })
        .collect()
}

fn ours(contender: &'static str, bytes: usize, key: impl Decrypt, sealed: String) -> Case {
    Case::new("decrypt", contender, bytes, move || {
        key.decrypt(&sealed).expect("a plaintext")
    })
}

/// As the pages of the crates show it: an engine that fits every processor, the key expanded again, each step with a
/// buffer of its own, and text.
pub fn naive(sealed: &str) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).expect("base64");
    let (iv, ciphertext) = bytes.split_at(16);
    let plaintext = Decryptor::<Aes256>::new_from_slices(KEY.as_bytes(), iv)
        .expect("a key and a vector")
        .decrypt_padded_vec::<Pkcs7>(ciphertext)
        .expect("a padding");
    String::from_utf8(plaintext).expect("UTF-8")
}
