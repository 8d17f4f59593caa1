//! How a sender signs: what its headers carry, what is hashed, what its keys look like.
//!
//! A [`Scheme`] is data: most senders are described by a [`SchemeBuilder`] in ten lines, and everything that it can
//! describe is hashed as it arrives. [`standard_webhooks`] is the default of a receiver; the presets of
//! [`provider`](crate::provider) are others. Where the description ends, a [`CustomScheme`] is code.
//!
//! ```
//! use std::time::Duration;
//! use tower_webhook::{
//!     Receiver, RejectionKind, Timestamp,
//!     scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat},
//!     testing::Signer,
//! };
//!
//! // Acme-Signature: t=<seconds>,v1=<hex>, over "<seconds>.<body>"
//! let acme = Scheme::builder("acme")
//!     .signed([Part::Timestamp, ".".into(), Part::Body])
//!     .signature(SignatureFormat::fields("acme-signature", ',', "v1"))
//!     .timestamp(Place::field("t"), TimeFormat::Seconds)
//!     .id(Place::body("id"))
//!     .event_type(Place::body("type"))
//!     .build()?;
//!
//! let now = Timestamp::from_unix_seconds(1_700_000_000);
//! let receiver = Receiver::builder("correct horse battery staple")
//!     .scheme(acme.clone())
//!     .clock(|| Duration::from_secs(1_700_000_000))
//!     .build()?;
//!
//! let body = r#"{"id":"evt_1","type":"order.paid"}"#;
//! let signer = Signer::for_scheme(acme, "correct horse battery staple")?;
//! let (head, _) = signer.request("", now, body).into_parts();
//! let verified = receiver.check_head(&head)?.check_signature(body)?;
//! assert_eq!(verified.id().as_str(), "evt_1");
//! assert_eq!(verified.event_type(), Some("order.paid"));
//!
//! let forged = receiver.check_head(&head)?.check_signature("{}").unwrap_err();
//! assert_eq!(forged.kind(), RejectionKind::SignatureMismatch);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod body_members;
mod builder;
mod check;
mod claims;
mod custom;
mod declared;
mod declared_check;
#[cfg(feature = "explain")]
mod explain;
mod header_set;
mod into_keys;
mod key_form;
mod lines;
mod part;
#[cfg(feature = "testing")]
mod sign;
mod signature_format;
mod signing_secret;
mod standard_webhooks;
mod time_format;
mod validate;
mod verification_key;

#[cfg(feature = "ecdsa")]
pub use crate::crypto::ecdsa_p256::EcdsaP256PublicKey;
#[cfg(feature = "ed25519")]
pub use crate::crypto::ed25519::Ed25519PublicKey;
pub use crate::crypto::{Algorithm, Encoding};
pub use builder::SchemeBuilder;
pub use claims::Claims;
pub use custom::{BodyCheck, CustomScheme, Outgoing};
pub use into_keys::{IntoKeys, KeyInput};
pub use key_form::KeyForm;
pub use part::{Part, Place};
pub use signature_format::SignatureFormat;
pub use signing_secret::SigningSecret;
#[cfg(feature = "providers")]
pub(crate) use standard_webhooks::with_key_form;
pub use standard_webhooks::{HeaderFamily, standard_webhooks};
pub use time_format::TimeFormat;
pub use verification_key::VerificationKey;

pub(crate) use check::{HeadReading, SchemeKeys, SignatureCheck};
#[cfg(feature = "testing")]
pub(crate) use sign::SigningKey;

use std::{any::Any, fmt, sync::Arc, time::Duration};

use http::HeaderName;

use crate::{
    error::{config_error::ConfigError, rejection::Rejection},
    message::RequestHead,
};
use custom::ErasedScheme;
use declared::Declared;

/// How one sender signs. Cheap to clone.
#[derive(Clone)]
pub struct Scheme(Arc<Kind>);

// It is shared in an `Arc` already.
#[allow(clippy::large_enum_variant)]
enum Kind {
    Declared(Declared),
    Custom(Box<dyn ErasedScheme>),
}

impl Scheme {
    /// Starts the description of a scheme. The name is for people and for `Debug`; [`Secrets`](crate::receiver::Secrets) made for
    /// one scheme are not used by a receiver with another name.
    pub fn builder(name: impl Into<std::borrow::Cow<'static, str>>) -> SchemeBuilder {
        SchemeBuilder::new(name.into())
    }

    /// A scheme with code of its own.
    pub fn custom(scheme: impl CustomScheme) -> Self {
        Self(Arc::new(Kind::Custom(Box::new(custom::Erased(scheme)))))
    }

    fn declared(declared: Declared) -> Self {
        Self(Arc::new(Kind::Declared(declared)))
    }

    /// The name of the scheme.
    pub fn name(&self) -> &str {
        match &*self.0 {
            Kind::Declared(scheme) => scheme.name(),
            Kind::Custom(scheme) => scheme.name(),
        }
    }

    /// Whether keys of the other can be used with this: it is the same, or one that was made with the same name.
    #[inline]
    pub(crate) fn is_the_same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.name() == other.name()
    }

    /// The names of the headers that the scheme reads: with the exact body, what it takes to verify a request again.
    pub fn headers(&self) -> Vec<HeaderName> {
        match &*self.0 {
            Kind::Declared(scheme) => scheme.headers(),
            Kind::Custom(scheme) => scheme.headers(),
        }
    }

    /// The header that carries a plain token, of a sender that signs nothing: its value is a secret.
    #[inline]
    pub(crate) fn token_header(&self) -> Option<HeaderName> {
        match &*self.0 {
            Kind::Declared(_) => None,
            Kind::Custom(scheme) => scheme.token_header(),
        }
    }

    /// Whether the scheme has a signed timestamp, so that a captured request is rejected once it is older than the
    /// tolerance.
    ///
    /// Without one, only an idempotency store keeps a captured request from being handled again.
    pub fn has_replay_protection(&self) -> bool {
        match &*self.0 {
            Kind::Declared(scheme) => scheme.has_timestamp(),
            Kind::Custom(scheme) => scheme.has_signed_timestamp(),
        }
    }

    /// The tolerance that the sender documents, if it does.
    pub fn tolerance(&self) -> Option<Duration> {
        match &*self.0 {
            Kind::Declared(scheme) => scheme.tolerance(),
            Kind::Custom(scheme) => scheme.tolerance(),
        }
    }

    /// Whether two events of this sender can have equal bodies, so that a digest of the body is no identity.
    pub(crate) fn bodies_repeat(&self) -> bool {
        match &*self.0 {
            Kind::Declared(scheme) => scheme.bodies_repeat(),
            Kind::Custom(scheme) => scheme.bodies_repeat(),
        }
    }

    /// Reads keys in the form that the sender gives them.
    pub(crate) fn keys(&self, keys: &[KeyInput]) -> Result<SchemeKeys, ConfigError> {
        match &*self.0 {
            Kind::Declared(scheme) => scheme.keyring(keys).map(SchemeKeys::Keyring),
            Kind::Custom(scheme) => scheme.keys(keys).map(SchemeKeys::Custom),
        }
    }

    /// Reads the claims of a head, before its body.
    #[inline]
    pub(crate) fn read_head<'h>(
        &'h self,
        head: &RequestHead<'h>,
        keys: &SchemeKeys,
        dots_in_id: DotsInMessageId,
    ) -> Result<HeadReading<'h>, Rejection> {
        match (&*self.0, keys) {
            (Kind::Declared(scheme), SchemeKeys::Keyring(_)) => Ok(HeadReading::Declared(
                scheme.read_head(head.headers(), dots_in_id)?,
            )),
            (Kind::Custom(scheme), SchemeKeys::Custom(keys)) => scheme
                .check_head(head, &**keys)
                .map(|(claims, check)| HeadReading::Custom(claims, check)),
            // The keys were made for another scheme: the names were compared before.
            _ => Err(crate::error::rejection::RejectionKind::UnknownTenant.into()),
        }
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scheme").field(&self.name()).finish()
    }
}

/// Whether a signed message id may have the separator that follows it in the signed text: a dot, in Standard Webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DotsInMessageId {
    Rejected,
    Allowed,
}

/// The keys of a custom scheme.
pub(crate) type CustomKeys = Box<dyn Any + Send + Sync>;
