use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use proptest::prelude::*;
use tower_webhook::decrypt::{Decrypt, DecryptError};

use super::{KEY, cbc, gcm, opened};

/// Long enough for the vectorised decoder, whose last symbols and whose first wrong one go to another.
#[test]
fn a_wrong_character_anywhere_in_a_long_text_is_refused() {
    for sealed in [
        cbc(KEY).seal(&[b'x'; 200], [0xfb; 16]),
        gcm(KEY).seal(&[b'x'; 200], [0xfb; 12]),
    ] {
        assert!(sealed.contains('-') && !sealed.contains('+'), "{sealed}");
        for at in 0..sealed.len() {
            for wrong in [" ", "\n", "\0", "=", "+", "/", "*", "å"] {
                let mut changed = sealed.clone();
                changed.replace_range(at..=at, wrong);
                assert_eq!(
                    opened(&cbc(KEY), &changed),
                    Err(DecryptError),
                    "{at} {wrong:?}"
                );
                assert_eq!(
                    opened(&gcm(KEY), &changed),
                    Err(DecryptError),
                    "{at} {wrong:?}"
                );
            }
        }
    }
}

#[test]
fn every_single_bit_change_of_the_text_of_a_gcm_message_is_refused() {
    for len in [0, 1, 2, 60] {
        let sealed = gcm(KEY).seal(&vec![7; len], [9; 12]).into_bytes();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            if let Ok(text) = String::from_utf8(changed) {
                assert_eq!(opened(&gcm(KEY), &text), Err(DecryptError), "{len} {bit}");
            }
        }
    }
}

#[test]
fn padding_is_whole_or_absent() {
    for (len, padding) in [(0, "=="), (1, "="), (2, "")] {
        let sealed = gcm(KEY).seal(&vec![7; len], [9; 12]);
        let whole = URL_SAFE.encode(URL_SAFE_NO_PAD.decode(&sealed).unwrap());
        assert_eq!(whole, format!("{sealed}{padding}"));
        for count in 0..=4 {
            let text = format!("{sealed}{}", "=".repeat(count));
            let fits = count == 0 || count == padding.len();
            assert_eq!(opened(&gcm(KEY), &text).is_ok(), fits, "{len} {count}");
        }
    }
}

#[test]
fn unused_last_bits_must_be_zero() {
    let sealed = gcm(KEY).seal(b"", [9; 12]);
    let last = sealed.chars().next_back().unwrap();
    assert!("AQgw".contains(last), "{last}");
    let next = char::from(last as u8 + 1);
    let changed = format!("{}{next}", &sealed[..sealed.len() - 1]);
    assert_eq!(opened(&gcm(KEY), &changed), Err(DecryptError));
}

proptest! {
    #[test]
    fn all_four_encodings_open(plaintext: Vec<u8>, iv: [u8; 16], nonce: [u8; 12]) {
        for (cipher, sealed) in [
            (&cbc(KEY) as &dyn Decrypt, cbc(KEY).seal(&plaintext, iv)),
            (&gcm(KEY), gcm(KEY).seal(&plaintext, nonce)),
        ] {
            let message = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
            for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
                prop_assert_eq!(opened(cipher, &engine.encode(&message)), Ok(plaintext.clone()));
            }
        }
    }
}
