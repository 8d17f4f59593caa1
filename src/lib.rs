#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod crypto;
pub mod dispatch;
mod error;
pub mod event;
pub mod idempotency;
#[cfg(feature = "tokio")]
pub mod inbox;
pub mod layer;
mod message;
#[cfg(any(feature = "providers", feature = "voyado"))]
pub mod provider;
pub mod receiver;
pub mod scheme;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;

#[cfg(feature = "aes-cbc")]
pub use crypto::decrypt::Aes256Cbc;
#[cfg(feature = "aes-gcm")]
pub use crypto::decrypt::Aes256Gcm;
pub use crypto::decrypt::{Decrypt, DecryptError, Plaintext};
pub use error::{ConfigError, ConfigErrorKind, Rejection, RejectionDetail, RejectionKind};
pub use event::{AuthenticBody, DecodeError, DecodeErrorKind, Json, Tagged, WebhookEvent};
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
#[cfg(feature = "voyado")]
pub use provider::voyado;
pub use receiver::{
    CheckedHead, Delivery, ForwardedHeader, IdOrigin, PeerAddr, Receiver, ReceiverBuilder,
    RequestHead, RotatingSecrets, SecretSource, Secrets, SecretsBuilder, SourceIp, Verified,
    source_ip,
};
#[cfg(feature = "ed25519")]
pub use scheme::Ed25519PublicKey;
pub use scheme::{HeaderFamily, SigningSecret, VerificationKey};
