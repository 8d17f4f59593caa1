#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod clock;
mod config_error;
mod delivery;
mod event;
#[cfg(feature = "axum")]
mod extract;
mod future;
mod headers;
mod layer;
mod message_id;
mod receiver;
mod rejection;
mod response;
mod service;
mod signature;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
mod timestamp;
mod tolerance;
pub mod voyado;

pub use clock::{Clock, SystemClock};
pub use config_error::{ConfigError, ConfigErrorKind};
pub use delivery::Delivery;
pub use event::{AuthenticBody, DecodeError, DecodeErrorKind, Json, WebhookEvent};
#[cfg(feature = "axum")]
pub use extract::MissingDelivery;
pub use future::ResponseFuture;
pub use headers::HeaderFamily;
pub use layer::WebhookLayer;
pub use message_id::MessageId;
pub use receiver::{CheckedHead, Receiver, ReceiverBuilder, RequestHead, Verified};
pub use rejection::{Rejection, RejectionKind};
pub use response::{EmptyRejectionResponse, RejectionResponse};
pub use service::WebhookService;
pub use signature::SigningSecret;
pub use timestamp::Timestamp;
