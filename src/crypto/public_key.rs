use std::fmt;

use super::Algorithm;

/// The public key of a sender: what it takes to check a signature while the body arrives.
pub(crate) trait PublicKey: Send + Sync + fmt::Debug + 'static {
    fn algorithm(&self) -> Algorithm;

    /// Starts to verify a signature; `None` if it is not one of this algorithm.
    fn verifier(&self, signature: &[u8]) -> Option<Box<dyn Verifier>>;
}

/// A signature that is being verified.
pub(crate) trait Verifier: Send + Sync {
    fn update(&mut self, bytes: &[u8]);

    fn finish(self: Box<Self>) -> bool;
}

/// Whether the text is a private key in PEM (RFC 7468).
pub(crate) fn is_private_pem(text: &str) -> bool {
    text.starts_with("-----BEGIN") && text.contains("PRIVATE KEY-----")
}
