#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod body;
mod clock;
mod config_error;
mod decrypt;
mod delivery;
mod enforcement;
mod event;
#[cfg(feature = "axum")]
mod extract;
mod future;
mod headers;
mod idempotency;
mod layer;
mod message_id;
mod receiver;
mod rejection;
mod response;
mod service;
mod signature;
pub mod source_ip;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
mod timestamp;
mod token;
mod tolerance;
pub mod voyado;

pub use clock::{Clock, SystemClock};
pub use config_error::{ConfigError, ConfigErrorKind};
pub use decrypt::{Aes256Cbc, Aes256Gcm, Decrypt, DecryptError, Plaintext};
pub use delivery::Delivery;
pub use event::{AuthenticBody, DecodeError, DecodeErrorKind, Json, WebhookEvent};
#[cfg(feature = "axum")]
pub use extract::MissingDelivery;
pub use future::ResponseFuture;
pub use headers::HeaderFamily;
pub use idempotency::{
    Claim, Idempotency, IdempotencyKey, IdempotencyStore, MemoryStore, OwnerToken, Settlement,
    StoreError, StoreErrorKind, Unguarded,
};
#[cfg(feature = "redis")]
pub use idempotency::{RedisStore, RedisStoreBuilder};
pub use layer::WebhookLayer;
pub use message_id::MessageId;
pub use receiver::{
    CheckedHead, Receiver, ReceiverBuilder, RequestHead, RotatingSecrets, SecretSource, Secrets,
    SecretsBuilder, Verified,
};
pub use rejection::{Rejection, RejectionKind};
pub use response::{
    DangerAbortUndeliverable, EmptyRejectionResponse, GrpcRejectionResponse, ProblemDetails,
    RejectionResponse,
};
pub use service::WebhookService;
#[cfg(feature = "ed25519")]
pub use signature::Ed25519PublicKey;
pub use signature::{SignatureScheme, SignedMessage, SigningSecret, VerificationKey};
pub use source_ip::{ForwardedHeader, PeerAddr, SourceIp};
pub use timestamp::Timestamp;
