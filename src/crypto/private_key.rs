//! The private key of a sender.

/// Signs as a sender with a public key does.
pub(crate) trait PrivateKey: Send + Sync + 'static {
    fn sign(&self, text: &[u8]) -> Vec<u8>;
}

/// The bytes of a private key in hexadecimal or base64, with or without `whsk_`.
#[cfg(any(feature = "ed25519", feature = "ecdsa"))]
pub(super) fn decode(text: &str) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use zeroize::Zeroizing;

    use super::decode_hex;

    let text = text.trim_ascii();
    let text = text.strip_prefix("whsk_").unwrap_or(text);
    let mut bytes = Zeroizing::new(vec![0; text.len() / 2]);
    if decode_hex(text.as_bytes(), &mut bytes).is_some() {
        return Some(bytes);
    }
    STANDARD.decode(text).ok().map(Zeroizing::new)
}
