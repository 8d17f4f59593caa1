//! Opening an encrypted payload needs one buffer, which the base64 is decoded into and the plaintext stays in.

use tower_webhook::decrypt::{Aes256Cbc, Aes256Gcm, Decrypt};

const KEY: &str = "DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2";
const BYTES: usize = 10_000;

fn assert_one_buffer(key: &impl Decrypt, sealed: &str) {
    // The engines for base64 are made once for the process.
    key.decrypt(sealed).unwrap();
    let mut opened = None;
    let measured = allocation_counter::measure(|| opened = key.decrypt(sealed).ok());
    assert_eq!(opened.unwrap().as_bytes().len(), BYTES);
    assert_eq!(measured.count_total, 1);
    assert!(measured.bytes_total < 11_000, "{measured:?}");
}

#[test]
fn a_plaintext_of_aes_256_cbc_has_one_buffer() {
    let key = Aes256Cbc::new(KEY).unwrap();
    assert_one_buffer(&key, &key.seal(&[b'a'; BYTES], [7; 16]));
}

#[test]
fn a_plaintext_of_aes_256_gcm_has_one_buffer() {
    let key = Aes256Gcm::new(KEY).unwrap();
    assert_one_buffer(&key, &key.seal(&[b'a'; BYTES], [7; 12]));
}
