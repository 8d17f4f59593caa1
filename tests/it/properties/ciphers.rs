use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use proptest::prelude::*;
use tower_webhook::decrypt::{Aes256Cbc, Aes256Gcm, Decrypt, DecryptError};

use super::edit::edit;

const BLOCK: usize = 16;

fn opened(cipher: &impl Decrypt, sealed: &str) -> Result<Vec<u8>, DecryptError> {
    let plaintext = cipher.decrypt(sealed)?;
    Ok(plaintext.as_bytes().to_vec())
}

/// The padding of PKCS#7: RFC 5652, section 6.3.
fn padded(plaintext: &[u8]) -> Vec<u8> {
    let padding = BLOCK - plaintext.len() % BLOCK;
    let byte = u8::try_from(padding).unwrap();
    [plaintext, &vec![byte; padding]].concat()
}

fn unpadded(padded: &[u8]) -> Result<Vec<u8>, DecryptError> {
    let padding = usize::from(*padded.last().unwrap());
    let (plaintext, padding) = match padding {
        1..=BLOCK => padded.split_at(padded.len() - padding),
        _ => return Err(DecryptError),
    };
    let is_padding = padding
        .iter()
        .all(|byte| usize::from(*byte) == padding.len());
    is_padding.then(|| plaintext.to_vec()).ok_or(DecryptError)
}

/// Whether a text is the base64 of these bytes, in one of the encodings that senders use.
fn encodes(text: &[u8], bytes: &[u8]) -> bool {
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .any(|engine| engine.decode(text).is_ok_and(|decoded| decoded == bytes))
}

proptest! {
    #[test]
    fn cbc_opens_what_it_sealed(key: [u8; 32], iv: [u8; 16], plaintext: Vec<u8>) {
        let cipher = Aes256Cbc::new(key).unwrap();
        prop_assert_eq!(opened(&cipher, &cipher.seal(&plaintext, iv)), Ok(plaintext));
    }

    #[test]
    fn gcm_opens_what_it_sealed(key: [u8; 32], nonce: [u8; 12], plaintext: Vec<u8>) {
        let cipher = Aes256Gcm::new(key).unwrap();
        prop_assert_eq!(opened(&cipher, &cipher.seal(&plaintext, nonce)), Ok(plaintext));
    }

    /// CBC shows no change, but confines it: to the block that it is in, and to the same byte of the next.
    #[test]
    fn a_cbc_message_with_one_byte_changed_opens_with_no_more_than_two_blocks_changed(
        key: [u8; 32],
        iv: [u8; 16],
        plaintext: Vec<u8>,
        edit in edit(),
    ) {
        let cipher = Aes256Cbc::new(key).unwrap();
        let message = URL_SAFE_NO_PAD.decode(cipher.seal(&plaintext, iv)).unwrap();
        let changed = edit.of(&message)?;
        let opened = opened(&cipher, &URL_SAFE_NO_PAD.encode(&changed));
        if changed.len() != message.len() {
            prop_assert_eq!(opened, Err(DecryptError));
            return Ok(());
        }
        let at = (0..message.len()).find(|at| message[*at] != changed[*at]).unwrap();
        let mut expected = padded(&plaintext);
        // The vector is in front, so that what is at a place of the message is added to the plaintext at that place.
        if let Some(byte) = expected.get_mut(at) {
            *byte ^= message[at] ^ changed[at];
        }
        // The block that the changed one is decrypted to, which can be anything; nothing if the vector was changed.
        let end = at / BLOCK * BLOCK;
        let garbled = end.saturating_sub(BLOCK)..end;
        if garbled.end < expected.len() {
            let expected = unpadded(&expected);
            let without_garbled = |plaintext: Vec<u8>| {
                let kept = |(place, byte)| (!garbled.contains(&place)).then_some(byte);
                plaintext.into_iter().enumerate().filter_map(kept).collect::<Vec<_>>()
            };
            prop_assert_eq!(opened.map(without_garbled), expected.map(without_garbled));
        } else if let Ok(opened) = opened {
            // So the padding can be anything too.
            prop_assert!((garbled.start..garbled.end).contains(&opened.len()));
            prop_assert_eq!(&opened[..garbled.start], &expected[..garbled.start]);
        }
    }

    #[test]
    fn a_gcm_message_with_one_byte_changed_does_not_open(
        key: [u8; 32],
        nonce: [u8; 12],
        plaintext: Vec<u8>,
        edit in edit(),
    ) {
        let cipher = Aes256Gcm::new(key).unwrap();
        let message = URL_SAFE_NO_PAD.decode(cipher.seal(&plaintext, nonce)).unwrap();
        let changed = URL_SAFE_NO_PAD.encode(edit.of(&message)?);
        prop_assert_eq!(cipher.decrypt(&changed).unwrap_err(), DecryptError);
    }

    #[test]
    fn a_gcm_text_with_one_character_changed_opens_only_if_it_says_the_same(
        key: [u8; 32],
        nonce: [u8; 12],
        plaintext: Vec<u8>,
        edit in edit(),
    ) {
        let cipher = Aes256Gcm::new(key).unwrap();
        let sealed = cipher.seal(&plaintext, nonce);
        let message = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        let changed = String::from_utf8_lossy(&edit.of(sealed.as_bytes())?).into_owned();
        let opened = cipher.decrypt(&changed);
        if encodes(changed.as_bytes(), &message) {
            let opened = opened.unwrap();
            prop_assert_eq!(opened.as_bytes(), plaintext);
        } else {
            prop_assert_eq!(opened.unwrap_err(), DecryptError);
        }
    }
}
