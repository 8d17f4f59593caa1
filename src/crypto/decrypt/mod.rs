//! Opening encrypted payloads.

#[cfg(feature = "aes-cbc")]
mod aes_256_cbc;
#[cfg(feature = "aes-gcm")]
mod aes_256_gcm;
mod decrypt_error;
#[cfg(any(feature = "aes-cbc", feature = "aes-gcm"))]
mod encoding;
mod plaintext;
#[cfg(all(feature = "aes-cbc", feature = "testing"))]
mod seal_cbc;
#[cfg(all(feature = "aes-gcm", feature = "testing"))]
mod seal_gcm;

#[cfg(feature = "aes-cbc")]
pub use aes_256_cbc::Aes256Cbc;
#[cfg(feature = "aes-gcm")]
pub use aes_256_gcm::Aes256Gcm;
pub use decrypt_error::DecryptError;
pub use plaintext::Plaintext;

use std::sync::Arc;

/// A way to open encrypted payloads: [`Aes256Cbc`] (feature `aes-cbc`), [`Aes256Gcm`] (feature `aes-gcm`) or one of your
/// own.
///
/// In a webhook it is called only after the signature is verified. It is called on the task that handles the request,
/// so it should neither block nor wait.
///
/// ```
/// use std::collections::HashMap;
/// use tower_webhook::decrypt::{Aes256Gcm, Decrypt, DecryptError, Plaintext};
///
/// /// A sender that writes the name of the key in front: `2026-07:…`.
/// struct NamedKeys(HashMap<String, Aes256Gcm>);
///
/// impl Decrypt for NamedKeys {
///     fn decrypt(&self, sealed: &str) -> Result<Plaintext, DecryptError> {
///         let (name, sealed) = sealed.split_once(':').ok_or(DecryptError)?;
///         self.0.get(name).ok_or(DecryptError)?.decrypt(sealed)
///     }
/// }
/// ```
pub trait Decrypt: Send + Sync + 'static {
    /// Opens the text of an encrypted payload.
    ///
    /// # Errors
    ///
    /// A [`DecryptError`], whatever the reason.
    fn decrypt(&self, sealed: &str) -> Result<Plaintext, DecryptError>;
}

/// For a cipher that is chosen at run time.
impl<D: Decrypt + ?Sized> Decrypt for Box<D> {
    fn decrypt(&self, sealed: &str) -> Result<Plaintext, DecryptError> {
        (**self).decrypt(sealed)
    }
}

/// For one that several receivers share.
impl<D: Decrypt + ?Sized> Decrypt for Arc<D> {
    fn decrypt(&self, sealed: &str) -> Result<Plaintext, DecryptError> {
        (**self).decrypt(sealed)
    }
}
