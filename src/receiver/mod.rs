//! The decision, without tower: *check head → check signature → open*.
//!
//! A [`Receiver`] is made by a [`ReceiverBuilder`] with safe defaults, checks the [head](Receiver::check_head) before the body is
//! read, then the [signature](CheckedHead::check_signature) over the exact body, and [opens](Verified::open) what is verified. Each
//! step returns a value that only it can make, so that an event is never decoded from a body that nobody signed.
//!
//! - [`source_ip`]: whose address counts behind proxies.
//! - [`SecretSource`], [`RotatingSecrets`]: secrets that depend on the request, or change while the service runs.
//! - `explain` (feature `explain`): why a request was rejected.

pub(crate) mod body;
mod builder;
pub(crate) mod delivery;
#[cfg(feature = "explain")]
pub mod explain;
mod facts;
mod head;
pub(crate) mod header_token;
mod in_flight;
mod intake;
mod pending;
mod secrets;
mod settings;
pub mod source_ip;
mod verified;

pub use crate::message::{Clock, RequestHead, SystemClock};
pub use builder::ReceiverBuilder;
pub use delivery::Delivery;
pub use facts::IdOrigin;
pub use head::CheckedHead;
pub(crate) use in_flight::Share;
pub(crate) use intake::Intake;
#[cfg(feature = "tokio")]
pub use secrets::CachedSecrets;
pub use secrets::{LookedUp, RotatingSecrets, SecretLookup, SecretSource, Secrets, SecretsBuilder};
pub use source_ip::{ForwardedHeader, PeerAddr, SourceIp};
pub use verified::Verified;

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, request::Parts};

use crate::{
    error::config_error::{ConfigError, ConfigErrorKind},
    error::rejection::{Rejection, RejectionKind},
    event::WebhookEvent,
    message::{MessageId, Timestamp},
    scheme::{Claims, Scheme},
};
use settings::{Encryption, Settings};

/// Checks and opens webhooks: pure, synchronous, cheap to clone.
///
/// [`WebhookLayer`](crate::WebhookLayer) does this for a tower stack. Without one (a queue consumer, a
/// lambda) the same three steps are:
///
/// ```
/// use bytes::Bytes;
/// use tower_webhook::{Json, Receiver};
/// # use tower_webhook::{RejectionKind, Timestamp, testing::Signer};
/// # let signer = Signer::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
/// # let now = Timestamp::from(std::time::SystemTime::now());
/// # let request = signer.request("msg_1", now, r#"{"answer":42}"#);
/// # let headers = request.headers().clone();
/// # let body = Bytes::from(r#"{"answer":42}"#);
///
/// let receiver = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).build()?;
///
/// let delivery = receiver
///     .check_head(&headers)?
///     .check_signature(body)?
///     .open::<Json<serde_json::Value>>()?;
/// assert_eq!(delivery.event().0["answer"], 42);
///
/// // A body that was changed on the way is rejected.
/// let rejected = receiver.check_head(&headers)?.check_signature("{}").unwrap_err();
/// assert_eq!(rejected.kind(), RejectionKind::SignatureMismatch);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Receiver {
    settings: Arc<Settings>,
}

impl Receiver {
    /// Checks everything that can be checked before the body, cheapest first:
    ///
    /// 1. The method is POST, if the head has one.
    /// 2. The source address is allowed, if there is an allowlist.
    /// 3. There are secrets for the request.
    /// 4. The header token is accepted, if one is required.
    /// 5. The signature headers are there, consistent and well formed.
    /// 6. The timestamp is within the tolerance, if the sender puts one into the head.
    /// 7. The announced length is within the limit.
    ///
    /// Takes the [`Parts`] of a request, or its headers alone.
    ///
    /// # Errors
    ///
    /// The first of these checks that failed, in this order.
    pub fn check_head<'h>(
        &'h self,
        head: impl Into<RequestHead<'h>>,
    ) -> Result<CheckedHead<'h>, Rejection> {
        CheckedHead::check(&self.settings, head.into())
    }

    /// The same, and waits for secrets that have to be looked up.
    ///
    /// # Errors
    ///
    /// As [`check_head`](Self::check_head), and [`RejectionKind::SecretsUnavailable`] if the look-up fails.
    pub async fn check_head_async<'h>(
        &'h self,
        head: impl Into<RequestHead<'h>>,
    ) -> Result<CheckedHead<'h>, Rejection> {
        let head = head.into();
        match self.check_head(head) {
            Err(rejection) => match self.look_up(&head, &rejection) {
                Some(lookup) => self.check_looked_up(&head, lookup.await),
                None => Err(rejection),
            },
            checked => checked,
        }
    }

    /// The look-up that a rejected head waits for, if it is that.
    pub(crate) fn look_up(
        &self,
        head: &RequestHead<'_>,
        rejection: &Rejection,
    ) -> Option<SecretLookup> {
        let is_to_be_looked_up = rejection.kind() == RejectionKind::SecretsUnavailable;
        is_to_be_looked_up
            .then(|| self.settings.secrets.look_up(head))
            .flatten()
    }

    /// The checks of the head that follow a look-up.
    pub(crate) fn check_looked_up<'h>(
        &'h self,
        head: &RequestHead<'h>,
        found: LookedUp,
    ) -> Result<CheckedHead<'h>, Rejection> {
        let secrets = self.settings.looked_up(found)?;
        CheckedHead::check_with(&self.settings, head, secrets)
    }

    /// A request's share of the bytes that this receiver may hold at once.
    pub(crate) fn share_of_bytes_in_flight(&self) -> Share {
        self.settings.in_flight.share()
    }

    /// The receiver's time since the Unix epoch.
    pub(crate) fn unix_time(&self) -> Duration {
        self.settings.clock.unix_time()
    }

    /// The headers whose values are secrets of this request's sender, whether or not it has them: the header token, and the token
    /// of a sender that signs nothing. Hide them where headers are shown to people. Of secrets that have to be looked up the
    /// header token is not known here.
    pub fn token_headers(&self, head: &RequestHead<'_>) -> Vec<HeaderName> {
        let tokens = [self.token_header(head), self.scheme().token_header()];
        tokens.into_iter().flatten().collect()
    }

    /// The header that may carry this request's header token, whether or not it does.
    pub(crate) fn token_header(&self, head: &RequestHead<'_>) -> Option<HeaderName> {
        let secrets = self.settings.secrets.secrets(head)?;
        secrets
            .header_token
            .as_ref()
            .map(|token| token.name().clone())
    }

    /// How the sender signs.
    pub fn scheme(&self) -> &Scheme {
        &self.settings.scheme
    }

    /// Whether only what remembers handled messages keeps a captured request from being handled again: the sender signs no
    /// timestamp, and the receiver is [`deduplicated`](ReceiverBuilder::deduplicated).
    pub fn needs_idempotency(&self) -> bool {
        self.settings.needs_idempotency
    }

    /// Verifies a request again that was stored: its signature over the exact body, with the keys in use and with those that
    /// are [retired](SecretsBuilder::retired).
    ///
    /// Its age, its source address, its header token and its method were checked when it arrived, and are not checked again.
    /// Of its headers, those that [`Scheme::headers`] names are enough, unless a [`SecretSource`] looks at others.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::UnknownTenant`], [`RejectionKind::SecretsUnavailable`] if the secrets are not at hand, a rejection of the
    /// signature headers, or [`RejectionKind::SignatureMismatch`].
    pub fn verify_stored<'h>(
        &'h self,
        head: impl Into<RequestHead<'h>>,
        body: impl Into<Bytes>,
    ) -> Result<Verified, Rejection> {
        let head = head.into();
        let secrets = self.settings.secrets_for(&head)?;
        self.verify_stored_with(secrets, &head, body.into())
    }

    /// The same, and waits for secrets that have to be looked up.
    ///
    /// # Errors
    ///
    /// As [`verify_stored`](Self::verify_stored); [`RejectionKind::SecretsUnavailable`] if the look-up fails.
    pub async fn verify_stored_async<'h>(
        &'h self,
        head: impl Into<RequestHead<'h>>,
        body: impl Into<Bytes>,
    ) -> Result<Verified, Rejection> {
        let (head, body) = (head.into(), body.into());
        let secrets = self.settings.look_up_secrets(&head).await?;
        self.verify_stored_with(secrets, &head, body)
    }

    fn verify_stored_with(
        &self,
        secrets: Arc<Secrets>,
        head: &RequestHead<'_>,
        body: Bytes,
    ) -> Result<Verified, Rejection> {
        let settings = &*self.settings;
        let mut verdict = settings.verify(&secrets.keys, head, &body);
        if let (Err(rejection), Some(retired)) = (&verdict, &secrets.retired) {
            if rejection.kind() == RejectionKind::SignatureMismatch {
                verdict = settings.verify(retired, head, &body);
            }
        }
        let (claims, key_position) = verdict?;
        let now = settings.clock.unix_time();
        Ok(Verified::new(
            claims,
            key_position,
            body,
            settings,
            secrets,
            now,
        ))
    }

    /// Opens bytes that carry no signature: polled from the sender's API, taken from a dead-letter queue or a file. Nothing
    /// proves where they come from.
    ///
    /// The decryption keys are those that a [`SecretSource`] has for a request without headers, where there is one.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::UnknownTenant`], or a rejection of [`Verified::open`].
    pub fn danger_open_unsigned<E: WebhookEvent>(
        &self,
        id: MessageId,
        timestamp: impl Into<Option<Timestamp>>,
        body: impl Into<Bytes>,
    ) -> Result<Delivery<E>, Rejection> {
        let headers = HeaderMap::new();
        let settings = &*self.settings;
        let secrets = settings.secrets_for(&RequestHead::from(&headers))?;
        let mut claims = Claims::new().with_unsigned_id(id);
        if let Some(timestamp) = timestamp.into() {
            claims = claims.with_timestamp(timestamp);
        }
        let now = settings.clock.unix_time();
        Verified::new(claims, 0, body.into(), settings, secrets, now).open()
    }

    /// Checks that deliveries can be decoded into `E`. Call it at the start of a service.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::EventTypeCannotDecrypt`] if encryption is required and `E` never decrypts, as `Bytes` and
    /// [`Json`](crate::Json): every delivery would be rejected.
    pub fn validate_event_type<E: WebhookEvent>(&self) -> Result<(), ConfigError> {
        if self.settings.encryption == Encryption::Required && !E::CAN_DECRYPT {
            let error = ConfigError::new(ConfigErrorKind::EventTypeCannotDecrypt);
            return Err(error.about(std::any::type_name::<E>()));
        }
        Ok(())
    }

    /// Whether a request comes from an allowed address, if there is an allowlist.
    pub(crate) fn allows_source_of(&self, head: &Parts) -> bool {
        let check = self.settings.source_ip.as_ref();
        check.is_none_or(|check| check.check(&head.headers, Some(&head.extensions)).is_ok())
    }

    /// Takes in the body of a refused head without checking it, for a layer that monitors.
    pub(crate) fn intake_unchecked(&self, rejection: Rejection) -> Box<Intake> {
        Box::new(Intake::new(&self.settings, Err(rejection)))
    }
}

/// Shows the settings that are not secret.
impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("scheme", &self.settings.scheme)
            .field("tolerance", &self.settings.tolerance)
            .field("max_body_bytes", &self.settings.max_body_bytes)
            .finish_non_exhaustive()
    }
}
