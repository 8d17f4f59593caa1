use std::{fmt, sync::Arc, time::Duration};

use super::{
    Receiver, SecretSource, Secrets, SecretsBuilder,
    in_flight::BytesInFlight,
    secrets::FixedSecrets,
    settings::{Encryption, Settings},
};
use crate::{
    crypto::decrypt::Decrypt,
    error::config_error::{ConfigError, ConfigErrorKind},
    message::clock::{Clock, SystemClock},
    message::tolerance::Tolerance,
    receiver::source_ip::SourceIp,
    scheme::{DotsInMessageId, IntoKeys, Scheme, standard_webhooks},
};

/// Default of [`ReceiverBuilder::max_body_bytes`]: 1 MiB.
const DEFAULT_MAX_BODY_BYTES: usize = 1024 * 1024;
/// Default of [`ReceiverBuilder::max_bytes_in_flight`]: 64 MiB, as many bodies of the default limit.
const DEFAULT_MAX_BYTES_IN_FLIGHT: usize = 64 * 1024 * 1024;

/// Configures a [`Receiver`]. Every default is safe; nothing but a key is required.
#[must_use]
pub struct ReceiverBuilder {
    scheme: Scheme,
    secrets: Origin,
    source_ip: Option<SourceIp>,
    past_tolerance: Option<Duration>,
    future_tolerance: Option<Duration>,
    replays: Replays,
    danger_tolerance: Option<Duration>,
    max_body_bytes: usize,
    max_bytes_in_flight: usize,
    dots_in_message_id: DotsInMessageId,
    encryption: Encryption,
    clock: Box<dyn Clock>,
}

/// What becomes of a captured request that is sent again, where the sender signs no timestamp.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Replays {
    Undecided,
    Deduplicated,
    Accepted,
}

/// Where the secrets come from.
enum Origin {
    Fixed(SecretsBuilder),
    Source(Box<dyn SecretSource>),
    /// A source, and secrets beside it.
    Both,
}

impl Receiver {
    /// Starts a receiver with the keys that signatures are verified with: one, or several while one is rotated.
    ///
    /// Each is the text that the sender shows (`whsec_…`, or `whpk_…` with the feature `ed25519`), a
    /// [`SigningSecret`](crate::scheme::SigningSecret) or a [`VerificationKey`](crate::scheme::VerificationKey); see [`IntoKeys`].
    ///
    /// ```
    /// use tower_webhook::Receiver;
    ///
    /// let secrets: Vec<String> = vec!["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()];
    /// Receiver::builder(&secrets).build()?;
    /// Receiver::builder("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").build()?;
    /// # Ok::<_, tower_webhook::ConfigError>(())
    /// ```
    pub fn builder(keys: impl IntoKeys) -> ReceiverBuilder {
        ReceiverBuilder::new(Origin::Fixed(Secrets::builder(keys)))
    }

    /// Starts a receiver whose secrets can change while it runs, or depend on the request.
    pub fn builder_with_source(source: impl SecretSource) -> ReceiverBuilder {
        ReceiverBuilder::new(Origin::Source(Box::new(source)))
    }
}

impl ReceiverBuilder {
    fn new(secrets: Origin) -> Self {
        Self {
            scheme: standard_webhooks(),
            secrets,
            source_ip: None,
            past_tolerance: None,
            future_tolerance: None,
            replays: Replays::Undecided,
            danger_tolerance: None,
            max_body_bytes: DEFAULT_MAX_BODY_BYTES,
            max_bytes_in_flight: DEFAULT_MAX_BYTES_IN_FLIGHT,
            dots_in_message_id: DotsInMessageId::Rejected,
            encryption: Encryption::Optional,
            clock: Box::new(SystemClock),
        }
    }

    /// How the sender signs. Default: [`standard_webhooks`]; presets of other senders are in
    /// [`provider`](crate::provider).
    pub fn scheme(mut self, scheme: Scheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// Adds keys that are no longer in use, for what is stored. See [`SecretsBuilder::retired`].
    pub fn retired(self, keys: impl IntoKeys) -> Self {
        self.with_secrets(|secrets| secrets.retired(keys))
    }

    /// States that a message which comes again is not handled again, of a sender who
    /// [signs no timestamp](Scheme::has_replay_protection): an [idempotency store](crate::WebhookLayer::idempotency) or an
    /// [inbox](crate::inbox) remembers it. Default: such a receiver is not built.
    ///
    /// For as long as the store remembers, that is: a request that is captured can be sent again afterwards.
    ///
    /// Nothing can remember the deliveries of a sender who gives no id and whose events can have equal bodies
    /// ([`bodies_repeat`](crate::scheme::SchemeBuilder::bodies_repeat), as Dropbox and Asana): each is handled.
    pub fn deduplicated(mut self) -> Self {
        self.replays = Replays::Deduplicated;
        self
    }

    /// Accepts that anyone who captured a request can have it handled again at any time, of a sender who
    /// [signs no timestamp](Scheme::has_replay_protection) and where nothing remembers what was handled. Default: such a
    /// receiver is not built.
    pub fn danger_accept_replays(mut self) -> Self {
        self.replays = Replays::Accepted;
        self
    }

    /// Lets through only requests from these addresses. Default: from everywhere.
    pub fn source_ip(mut self, source_ip: SourceIp) -> Self {
        self.source_ip = Some(source_ip);
        self
    }

    /// Requires a header with one of these values. See [`SecretsBuilder::header_token`].
    pub fn header_token<V: AsRef<[u8]>>(
        self,
        name: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.with_secrets(|secrets| secrets.header_token(name, values))
    }

    /// Adds a way to open encrypted payloads. See [`SecretsBuilder::decrypt`].
    pub fn decrypt(self, decryptor: impl Decrypt) -> Self {
        self.with_secrets(|secrets| secrets.decrypt(decryptor))
    }

    /// Rejects payloads that are not encrypted. Default: they are delivered, since a sender's test events are
    /// probably plain even where it encrypts; an encrypted payload is never delivered as it is in either case.
    ///
    /// It takes an event type that decrypts, as those of [`voyado`](crate::voyado) do: `Bytes` and
    /// [`Json`](crate::Json) never do, so every delivery would be rejected, which
    /// [`Receiver::validate_event_type`] finds at the start.
    pub fn require_encryption(mut self) -> Self {
        self.encryption = Encryption::Required;
        self
    }

    /// How far a timestamp may be from our clock, in the past and in the future alike. Whole seconds, inclusive.
    /// Default: what the sender documents, else 5 minutes. Most: a day.
    pub fn tolerance(self, tolerance: Duration) -> Self {
        self.past_tolerance(tolerance).future_tolerance(tolerance)
    }

    /// How far a timestamp may lie in the past. Whole seconds, inclusive. Default: what the sender
    /// documents, else 5 minutes. Most: a day.
    pub fn past_tolerance(mut self, tolerance: Duration) -> Self {
        self.past_tolerance = Some(tolerance);
        self
    }

    /// How far a timestamp may lie in the future. Whole seconds, inclusive. Default: what the sender
    /// documents, else 5 minutes. Most: a day.
    pub fn future_tolerance(mut self, tolerance: Duration) -> Self {
        self.future_tolerance = Some(tolerance);
        self
    }

    /// Accepts every timestamp, however old: a request that was recorded once can be sent again at any time, and only
    /// an idempotency store keeps it from being handled twice. For recorded requests, in tests and tools.
    pub fn danger_accept_any_timestamp(self) -> Self {
        self.danger_tolerance(Duration::MAX)
    }

    /// As [`tolerance`](Self::tolerance), without its limit of a day, and in place of any other tolerance: for that long, a
    /// request that was recorded once can be sent again, and only an idempotency store keeps it from being handled twice.
    /// For recorded requests, in tests and tools.
    pub fn danger_tolerance(mut self, tolerance: Duration) -> Self {
        self.danger_tolerance = Some(tolerance);
        self
    }

    /// The largest body that is read, in bytes. Default: 1 MiB. Svix advises under 20 kB and delivers up to about
    /// 2 MiB.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// The most bytes of bodies that all requests behind this receiver and its clones hold at once, in bytes: from a body's
    /// first frame until the response is there. A request beyond it is rejected with 503 as
    /// [`Overloaded`](crate::RejectionKind::Overloaded), so that unauthenticated clients cannot fill the memory over many
    /// connections or streams. Default: 64 MiB. Never less than [`max_body_bytes`](Self::max_body_bytes).
    ///
    /// Clients that send slowly hold their part meanwhile: a time-out around the layer ends them.
    pub fn max_bytes_in_flight(mut self, bytes: usize) -> Self {
        self.max_bytes_in_flight = bytes;
        self
    }

    /// Accepts message ids with a dot, which are rejected by default: with them two different messages can carry one
    /// and the same signature. Only for a sender whose ids have one. Of another scheme, read: with the text that follows the
    /// id in what is signed.
    pub fn danger_allow_dots_in_message_id(mut self) -> Self {
        self.dots_in_message_id = DotsInMessageId::Allowed;
        self
    }

    /// Where the time comes from. Default: [`SystemClock`].
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Checks the configuration.
    ///
    /// # Errors
    ///
    /// The first mistake in the secrets or in the allowlist; a tolerance of more than a day; encryption that is required
    /// without a key; a header token or a decryption key beside a source of secrets;
    /// [`ConfigErrorKind::ReplaysPossible`] if the sender signs no timestamp and nothing was said about it.
    pub fn build(self) -> Result<Receiver, ConfigError> {
        let secrets = match self.secrets {
            Origin::Fixed(secrets) => {
                let secrets = secrets.scheme(self.scheme.clone()).build()?;
                if self.encryption == Encryption::Required && secrets.decryptors.is_empty() {
                    return Err(ConfigError::new(ConfigErrorKind::NoDecryptionKey));
                }
                Box::new(FixedSecrets(Arc::new(secrets)))
            }
            Origin::Source(source) => source,
            Origin::Both => return Err(ConfigError::new(ConfigErrorKind::SecretsBesideSource)),
        };
        let tolerance = if let Some(tolerance) = self.danger_tolerance {
            Tolerance {
                past: tolerance,
                future: tolerance,
            }
        } else {
            let or_default = |tolerance: Option<Duration>, default| {
                tolerance.or(self.scheme.tolerance()).unwrap_or(default)
            };
            let default = Tolerance::default();
            let tolerance = Tolerance {
                past: or_default(self.past_tolerance, default.past),
                future: or_default(self.future_tolerance, default.future),
            };
            tolerance.validate()?
        };
        let is_protected = self.scheme.has_replay_protection();
        if self.replays == Replays::Undecided && !is_protected {
            let error = ConfigError::new(ConfigErrorKind::ReplaysPossible);
            return Err(error.about(self.scheme.name()));
        }
        Ok(Receiver {
            settings: Arc::new(Settings {
                source_ip: self.source_ip.map(SourceIp::build).transpose()?,
                scheme: self.scheme,
                secrets,
                tolerance,
                needs_idempotency: !is_protected && self.replays == Replays::Deduplicated,
                max_body_bytes: self.max_body_bytes,
                in_flight: BytesInFlight::new(self.max_bytes_in_flight.max(self.max_body_bytes)),
                dots_in_message_id: self.dots_in_message_id,
                encryption: self.encryption,
                clock: self.clock,
            }),
        })
    }

    fn with_secrets(mut self, add: impl FnOnce(SecretsBuilder) -> SecretsBuilder) -> Self {
        self.secrets = match self.secrets {
            Origin::Fixed(secrets) => Origin::Fixed(add(secrets)),
            Origin::Source(_) | Origin::Both => Origin::Both,
        };
        self
    }
}

impl fmt::Debug for ReceiverBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverBuilder")
            .field("scheme", &self.scheme)
            .field("source_ip", &self.source_ip)
            .field("past_tolerance", &self.past_tolerance)
            .field("future_tolerance", &self.future_tolerance)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("encryption", &self.encryption)
            .finish_non_exhaustive()
    }
}
