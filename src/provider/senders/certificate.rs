//! RSA signatures that are verified with an X.509 certificate.

use ring::signature::{self, RsaParameters, UnparsedPublicKey};
use x509_cert::{Certificate, der::DecodePem};

use crate::error::{ConfigError, ConfigErrorKind};

/// The public key of a certificate that the application gave: its chain and its dates are the application's to check.
pub(super) struct CertificateKey {
    /// `RSAPublicKey` in DER (RFC 8017, appendix A.1.1).
    key: Vec<u8>,
}

/// With which hash a signature was made.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hash {
    Sha1,
    Sha256,
}

impl CertificateKey {
    pub(super) fn parse(text: &str) -> Result<Self, ConfigError> {
        let invalid = || ConfigError::new(ConfigErrorKind::InvalidCertificate);
        let certificate = Certificate::from_pem(text.trim()).map_err(|_| invalid())?;
        let spki = certificate.tbs_certificate().subject_public_key_info();
        let key = spki.subject_public_key.as_bytes().ok_or_else(invalid)?;
        Ok(Self { key: key.to_vec() })
    }

    /// PKCS #1, version 1.5 (RFC 8017, section 8.2).
    pub(super) fn verifies(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let parameters: &RsaParameters = match hash {
            Hash::Sha1 => &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(parameters, &self.key)
            .verify(message, signature)
            .is_ok()
    }
}
