//! What can be wrong with a configuration.

use std::{convert::Infallible, error::Error, fmt};

/// A mistake in the configuration.
///
/// The message names the culprit: a secret by its position (`secret 2 of 3`), anything else by its text. A secret
/// itself is never part of it.
///
/// ```
/// use tower_webhook::{Receiver, SourceIp};
///
/// let built = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_"]).build();
/// assert_eq!(built.unwrap_err().to_string(), "secret 2 of 2 is empty");
///
/// let built = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
///     .source_ip(SourceIp::allow(["10.0.0.0/33"]))
///     .build();
/// let error = built.unwrap_err();
/// assert_eq!(error.culprit(), Some("10.0.0.0/33"));
/// assert_eq!(
///     error.to_string(),
///     "invalid IP address or network `10.0.0.0/33` (expected e.g. `203.0.113.7` or `10.0.0.0/8`)"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    kind: ConfigErrorKind,
    culprit: Option<String>,
}

/// The reasons of a [`ConfigError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// No signing secret was given.
    NoSigningSecret,
    /// A signing secret is empty.
    EmptySigningSecret,
    /// A signing secret has fewer than 16 bytes.
    SigningSecretTooShort,
    /// A signing secret is not base64.
    SigningSecretNotBase64,
    /// A signing secret is not hexadecimal.
    SigningSecretNotHex,
    /// A secret that is meant as text, such as `polar_whs_…`, was given where base64 is expected.
    TextSecretGiven,
    /// A text has several secrets where one is expected.
    SeveralSecretsInOne,
    /// A key of a kind that this version does not know (`whsk1_…`, `whpk1_…`).
    UnknownKeyKind,
    /// A private key (`whsk_…`) was given: it belongs to the sender alone.
    PrivateKeyGiven,
    /// A public key (`whpk_…`) was given where only a secret can be used, or without the feature `ed25519`.
    PublicKeyUnsupported,
    /// A public key is in none of the forms that public keys have, or is no point of the curve.
    InvalidPublicKey,
    /// A private key to sign with is not one of the scheme.
    InvalidPrivateKey,
    /// A certificate is no X.509 certificate in PEM, or its key is none of RSA.
    InvalidCertificate,
    /// The scheme signs the URL, and none is given.
    NoPublicUrl,
    /// The scheme signs parts of the URL, and what is given is not an absolute one.
    InvalidPublicUrl,
    /// The scheme needs the id of the webhook, and none is given.
    NoWebhookId,
    /// The description of a scheme contradicts itself or lacks something.
    InvalidScheme,
    /// Requests of this scheme cannot be signed here.
    SigningUnsupported,
    /// A header name has characters that no header name can have, or none at all.
    InvalidHeaderName,
    /// No value of the header token was given.
    NoHeaderToken,
    /// A value of the header token is empty.
    EmptyHeaderToken,
    /// A text of the allowlist or of the trusted proxies is neither an IP address nor a network.
    InvalidNetwork,
    /// The trusted proxies cover half of the addresses of a family or more: a stranger's own header would be believed.
    TrustedProxiesTooWide,
    /// Trusted proxies are given by their addresses and by their number.
    TrustedHopsBesideProxies,
    /// The allowlist of source addresses is empty: every request would be rejected.
    EmptyAllowlist,
    /// A timestamp may be more than a day from the clock: a recorded request could be sent again.
    ToleranceTooLong,
    /// The sender signs no timestamp, so a captured request can be sent again at any time, and nobody has said what becomes of
    /// it: [`deduplicated`](crate::receiver::ReceiverBuilder::deduplicated) or
    /// [`danger_accept_replays`](crate::receiver::ReceiverBuilder::danger_accept_replays).
    ReplaysPossible,
    /// A decryption key does not have 32 bytes.
    InvalidDecryptionKey,
    /// Encryption is required and there is no decryption key.
    NoDecryptionKey,
    /// Encryption is required, and the event type never decrypts: every delivery would be rejected.
    EventTypeCannotDecrypt,
    /// A header token or a decryption key was given to a receiver whose secrets come from a source.
    SecretsBesideSource,
    /// The URL of a Redis server is invalid.
    InvalidRedisUrl,
    /// The scope of an idempotency is empty.
    EmptyScope,
    /// The lease of an idempotency is shorter than 1 millisecond.
    ZeroLease,
    /// The retention of an idempotency is shorter than 1 millisecond.
    ZeroRetention,
    /// The time-out of a store is shorter than 1 millisecond.
    ZeroTimeout,
    /// A store has no room for a single message.
    ZeroCapacity,
    /// A handler is registered for an event type that the sender does not document.
    UnknownEventType,
    /// A handler takes a payload that an event it is called for cannot have.
    PayloadMismatch,
    /// A handler could never be called: it has no event type, or another one is called in its place.
    UnreachableHandler,
    /// Two handlers have one name, under which a store remembers what they have done.
    DuplicateHandlerName,
    /// The URL of a target is not an absolute `http` or `https` URL.
    InvalidTargetUrl,
    /// The source of `CloudEvents` is empty or has characters that no URI reference has.
    InvalidEventSource,
    /// The certificates of the system cannot be read, which an `https` target needs.
    NoRootCertificates,
}

impl ConfigError {
    pub(crate) fn new(kind: ConfigErrorKind) -> Self {
        Self {
            kind,
            culprit: None,
        }
    }

    /// Names the item that is wrong: the text of what is not secret. A secret is named [by its position](Self::at).
    pub(crate) fn about(self, culprit: impl Into<String>) -> Self {
        Self {
            culprit: Some(culprit.into()),
            ..self
        }
    }

    /// Names the item that is wrong by its position, `secret 2 of 3` for instance, unless it is named already. `index` counts
    /// from 0.
    pub(crate) fn at(self, item: &str, index: usize, count: usize) -> Self {
        if self.culprit.is_some() {
            return self;
        }
        self.about(format!("{item} {} of {count}", index + 1))
    }

    /// The reason.
    pub fn kind(&self) -> ConfigErrorKind {
        self.kind
    }

    /// The item that is wrong, where it can be named: its position where it is a secret, else its text.
    pub fn culprit(&self) -> Option<&str> {
        self.culprit.as_deref()
    }
}

/// A secret that is already parsed cannot fail to be one.
impl From<Infallible> for ConfigError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl fmt::Display for ConfigError {
    #[expect(clippy::too_many_lines, reason = "one message for each kind")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ConfigErrorKind as Kind;

        let secret = self.culprit().unwrap_or("the signing secret");
        let quoted = Quoted(self.culprit());
        match self.kind {
            Kind::NoSigningSecret => f.write_str("no signing secret is given"),
            Kind::EmptySigningSecret => write!(f, "{secret} is empty"),
            Kind::SigningSecretTooShort => write!(
                f,
                "{secret} is shorter than 16 bytes (the specification asks for 24 to 64)"
            ),
            Kind::SigningSecretNotBase64 => write!(
                f,
                "{secret} is not base64 (expected `whsec_` and base64, or base64 alone)"
            ),
            Kind::SigningSecretNotHex => write!(f, "{secret} is not hexadecimal"),
            Kind::TextSecretGiven => write!(
                f,
                "{secret} looks like a text that is the key as it is (use the sender's preset or `SigningSecret::from_text`; write `whsec_` in front if it is base64)"
            ),
            Kind::SeveralSecretsInOne => {
                write!(f, "{secret} is several in one text (give each by itself)")
            }
            Kind::UnknownKeyKind => write!(
                f,
                "{secret} is a key of a kind that this version does not know (`whsk1_…`, `whpk1_…`; expected `whsec_…`)"
            ),
            Kind::PrivateKeyGiven => write!(
                f,
                "{secret} is a private key (`whsk_…`), which belongs to the sender alone (expected `whsec_…`)"
            ),
            Kind::PublicKeyUnsupported => write!(
                f,
                "{secret} is a public key (`whpk_…`), which needs the feature `ed25519` and cannot sign"
            ),
            Kind::InvalidPublicKey => write!(
                f,
                "{} is not a public key (expected `whpk_` and base64 of 32 bytes, PEM, a JWK, or base64 of an SPKI)",
                self.culprit().unwrap_or("the key")
            ),
            Kind::InvalidCertificate => f.write_str("the certificate is not an X.509 certificate in PEM"),
            Kind::NoPublicUrl => f.write_str(
                "the scheme signs the URL: give the one that is registered with the sender",
            ),
            Kind::InvalidPublicUrl => write!(
                f,
                "invalid public URL{quoted} (expected the one that is registered with the sender, e.g. `https://example.com/webhooks`)"
            ),
            Kind::NoWebhookId => f.write_str("the scheme needs the id of the webhook"),
            Kind::InvalidPrivateKey => f.write_str("the private key is not one of the scheme"),
            Kind::InvalidScheme => {
                write!(f, "invalid signature scheme: {}", self.culprit().unwrap_or("incomplete"))
            }
            Kind::SigningUnsupported => f.write_str("requests of this scheme cannot be signed here"),
            Kind::InvalidHeaderName => write!(f, "invalid header name{quoted}"),
            Kind::NoHeaderToken => write!(f, "no value is given for the header token{quoted}"),
            Kind::EmptyHeaderToken => {
                write!(f, "{} is empty", self.culprit().unwrap_or("the header token"))
            }
            Kind::InvalidNetwork => write!(
                f,
                "invalid IP address or network{quoted} (expected e.g. `203.0.113.7` or `10.0.0.0/8`)"
            ),
            Kind::TrustedProxiesTooWide => write!(
                f,
                "trusted proxies must not cover the whole address space, or half of it (widest:{quoted})"
            ),
            Kind::TrustedHopsBesideProxies => {
                f.write_str("trusted proxies are given both by their addresses and by their number")
            }
            Kind::EmptyAllowlist => f.write_str("the allowlist of source addresses is empty"),
            Kind::ToleranceTooLong => write!(
                f,
                "a tolerance of {} is too long for protection against replays (at most a day)",
                self.culprit().unwrap_or("more than a day")
            ),
            Kind::ReplaysPossible => write!(
                f,
                "the scheme{quoted} signs no timestamp, so a captured request can be sent again at any time: \
                 remember what was handled and say `deduplicated`, or say `danger_accept_replays`"
            ),
            Kind::InvalidDecryptionKey => write!(
                f,
                "a decryption key must be 32 bytes long, not {}",
                self.culprit().unwrap_or("another length")
            ),
            Kind::NoDecryptionKey => {
                f.write_str("encryption is required, but no decryption key is given")
            }
            Kind::EventTypeCannotDecrypt => {
                write!(f, "encryption is required, but the event type{quoted} never decrypts")
            }
            Kind::SecretsBesideSource => f.write_str(
                "header tokens and decryption keys must come from the source of secrets, not from beside it",
            ),
            Kind::InvalidRedisUrl => {
                f.write_str("invalid Redis URL (expected e.g. `redis://localhost:6379/0`)")
            }
            Kind::EmptyScope => f.write_str("the idempotency scope is empty"),
            Kind::ZeroLease => f.write_str("the idempotency lease is shorter than 1 millisecond"),
            Kind::ZeroRetention => {
                f.write_str("the idempotency retention is shorter than 1 millisecond")
            }
            Kind::ZeroTimeout => {
                f.write_str("the time-out of the store is shorter than 1 millisecond")
            }
            Kind::ZeroCapacity => f.write_str("the capacity of the store is 0"),
            Kind::UnknownEventType => write!(f, "the sender has no event type{quoted}"),
            Kind::PayloadMismatch => {
                write!(f, "a handler takes a payload that no such event has:{quoted}")
            }
            Kind::UnreachableHandler => write!(f, "a handler could never be called:{quoted}"),
            Kind::DuplicateHandlerName => write!(
                f,
                "two handlers have the name{quoted} (name each with `named`, so that the store can tell them apart)"
            ),
            Kind::InvalidTargetUrl => write!(
                f,
                "invalid target URL{quoted} (expected e.g. `https://crm.internal/webhooks`)"
            ),
            Kind::InvalidEventSource => write!(
                f,
                "invalid source of CloudEvents{quoted} (expected a URI reference, e.g. `/webhooks/engage`)"
            ),
            Kind::NoRootCertificates => {
                write!(f, "the system's root certificates cannot be read{quoted}")
            }
        }
    }
}

impl Error for ConfigError {}

/// A text in backticks and after a space, if there is one; control characters are escaped, since it may go to a log.
struct Quoted<'a>(Option<&'a str>);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(text) => write!(f, " `{}`", text.escape_debug()),
            None => Ok(()),
        }
    }
}
