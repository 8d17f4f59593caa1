#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod crypto;
mod error;
mod event;
pub mod idempotency;
pub mod layer;
mod message;
pub mod provider;
mod receiver;
pub mod scheme;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;

pub use crypto::decrypt::{Aes256Cbc, Aes256Gcm, Decrypt, DecryptError, Plaintext};
pub use error::{ConfigError, ConfigErrorKind, Rejection, RejectionDetail, RejectionKind};
pub use event::{AuthenticBody, DecodeError, DecodeErrorKind, Json, WebhookEvent};
pub use idempotency::{
    BodyDigest, BoxStore, Claim, Idempotency, IdempotencyKey, IdempotencyStore, MemoryStore,
    OwnerToken, Settlement, StoreError, StoreErrorKind, Unguarded,
};
#[cfg(feature = "tokio")]
pub use idempotency::{Detached, EasyStore};
#[cfg(feature = "redis")]
pub use idempotency::{RedisStore, RedisStoreBuilder};
#[cfg(feature = "axum")]
pub use layer::MissingDelivery;
pub use layer::{
    DangerAbortUndeliverable, EmptyRejectionResponse, GrpcRejectionResponse, ProblemDetails,
    RejectionResponse, ResponseFuture, WebhookLayer, WebhookService,
};
pub use message::{Clock, MessageId, SystemClock, Timestamp};
pub use provider::voyado;
pub use receiver::{
    CheckedHead, Delivery, ForwardedHeader, IdOrigin, PeerAddr, Receiver, ReceiverBuilder,
    RequestHead, RotatingSecrets, SecretSource, Secrets, SecretsBuilder, SourceIp, Verified,
    source_ip,
};
#[cfg(feature = "ed25519")]
pub use scheme::Ed25519PublicKey;
pub use scheme::{HeaderFamily, SigningSecret, VerificationKey};
