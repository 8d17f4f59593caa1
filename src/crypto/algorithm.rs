/// What a signature is computed with.
///
/// It is fixed by the scheme, never chosen by the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-SHA256 (RFC 2104, FIPS 180-4). The default.
    #[default]
    HmacSha256,
    /// HMAC-SHA1: still sound as a MAC, and only for senders that offer nothing else (feature `providers`).
    #[cfg(feature = "providers")]
    HmacSha1,
    /// HMAC-SHA512.
    HmacSha512,
    /// Pure Ed25519 (RFC 8032, section 5.1.7). Needs the feature `ed25519`.
    Ed25519,
    /// ECDSA over P-256 with SHA-256; a signature is DER (RFC 3279, section 2.2.3). Needs the feature `ecdsa`.
    EcdsaP256,
}

impl Algorithm {
    /// Bytes of a tag; `None` of a signature made with a private key.
    pub(crate) fn tag_len(self) -> Option<usize> {
        match self {
            #[cfg(feature = "providers")]
            Self::HmacSha1 => Some(20),
            Self::HmacSha256 => Some(32),
            Self::HmacSha512 => Some(64),
            Self::Ed25519 | Self::EcdsaP256 => None,
        }
    }
}
