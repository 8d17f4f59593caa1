//! What a sender and a receiver share, and where it comes from.

mod builder;
#[cfg(feature = "tokio")]
mod cached;
mod source;
#[cfg(feature = "explain")]
mod texts;

pub use builder::SecretsBuilder;
#[cfg(feature = "tokio")]
pub use cached::CachedSecrets;
pub(super) use source::FixedSecrets;
pub use source::{LookedUp, RotatingSecrets, SecretLookup, SecretSource};
#[cfg(feature = "explain")]
pub(super) use texts::SecretTexts;

use std::{fmt, sync::Arc};

use crate::{
    crypto::decrypt::Decrypt,
    receiver::header_token::HeaderToken,
    scheme::{Scheme, SchemeKeys},
};

/// What a sender and a receiver share: the keys of the signature, the header token, the decryption keys.
///
/// [`Receiver::builder`](crate::Receiver::builder) makes one by itself. Make your own where secrets change while
/// the service runs ([`RotatingSecrets`]) or depend on the request ([`SecretSource`]).
pub struct Secrets {
    pub(super) scheme: Scheme,
    pub(super) keys: SchemeKeys,
    /// Keys that no longer verify a request, only what was stored.
    pub(super) retired: Option<SchemeKeys>,
    /// The secrets as they were configured.
    #[cfg(feature = "explain")]
    pub(super) texts: SecretTexts,
    pub(super) header_token: Option<HeaderToken>,
    pub(super) decryptors: Vec<Box<dyn Decrypt>>,
    pub(super) tenant: Arc<str>,
}

/// Shows how many there are, never what.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("scheme", &self.scheme)
            .field("keys", &self.keys)
            .field("retired", &self.retired)
            .field("header_token", &self.header_token)
            .field("decryptors", &self.decryptors.len())
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}
