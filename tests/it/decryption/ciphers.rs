use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use tower_webhook::decrypt::{Aes256Cbc, Decrypt, DecryptError, Plaintext};

use super::{KEY, cbc, gcm, opened};

/// The last block is OpenSSL 3.0's (`openssl enc -aes-256-cbc -K … -iv …`), the others are NIST's: nothing here is
/// our own sender's.
#[test]
fn nists_cbc_answer_with_openssls_padding_opens() {
    let key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
    let message = "000102030405060708090a0b0c0d0e0f\
         f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d\
         39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b\
         3f461796d6b0d6b2e0c2a72b4d80e644";
    let plaintext = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
         30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
    let cipher = Aes256Cbc::new(hex::decode(key).unwrap()).unwrap();
    let sealed = URL_SAFE_NO_PAD.encode(hex::decode(message).unwrap());
    assert_eq!(
        opened(&cipher, &sealed),
        Ok(hex::decode(plaintext).unwrap())
    );
}

#[test]
fn every_wrong_padding_of_a_block_is_refused_alike() {
    // An initialisation vector is added to the first plaintext: it can turn the padding into any other.
    let message = URL_SAFE_NO_PAD.decode(cbc(KEY).seal(b"", [0; 16])).unwrap();
    for last in 0..=255_u8 {
        let mut changed = message.clone();
        changed[15] ^= 16 ^ last;
        let expected = match last {
            1 => Ok(vec![16; 15]),
            16 => Ok(vec![]),
            _ => Err(DecryptError),
        };
        assert_eq!(
            opened(&cbc(KEY), &URL_SAFE_NO_PAD.encode(changed)),
            expected,
            "{last}"
        );
    }
}

#[test]
fn a_plaintext_of_gcm_uses_one_buffer() {
    for len in [0, 100, 10_000] {
        let (cipher, sealed) = (gcm(KEY), gcm(KEY).seal(&vec![7; len], [1; 12]));
        cipher.decrypt(&sealed).unwrap();
        let counted = allocation_counter::measure(|| drop(cipher.decrypt(&sealed).unwrap()));
        assert_eq!(counted.count_total, 1, "{len}");
    }
}

#[test]
fn a_plaintext_is_the_same_bytes_by_whichever_name() {
    for plaintext in [
        cbc(KEY).decrypt(&cbc(KEY).seal(b"ab", [1; 16])).unwrap(),
        gcm(KEY).decrypt(&gcm(KEY).seal(b"ab", [1; 12])).unwrap(),
        Plaintext::from(b"ab".to_vec()),
    ] {
        assert_eq!(plaintext.as_bytes(), b"ab");
        assert_eq!(plaintext.as_ref(), b"ab");
    }
}

#[test]
fn a_cipher_may_be_boxed_shared_or_the_users_own() {
    struct Plain;

    impl Decrypt for Plain {
        fn decrypt(&self, sealed: &str) -> Result<Plaintext, DecryptError> {
            Ok(Plaintext::from(sealed.as_bytes().to_vec()))
        }
    }

    let sealed = gcm(KEY).seal(b"a", [1; 12]);
    let boxed: Box<dyn Decrypt> = Box::new(gcm(KEY));
    let shared: Arc<dyn Decrypt> = Arc::new(gcm(KEY));
    assert_eq!(opened(&boxed, &sealed), Ok(b"a".to_vec()));
    assert_eq!(opened(&shared, &sealed), Ok(b"a".to_vec()));
    assert_eq!(opened(&*shared, &sealed), Ok(b"a".to_vec()));
    assert_eq!(opened(&gcm(KEY).clone(), &sealed), Ok(b"a".to_vec()));
    assert_eq!(opened(&Plain, "b"), Ok(b"b".to_vec()));
}
