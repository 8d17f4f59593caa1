// Of two definitions of a link the first counts: these lead within the documentation where README.md leads to files.
//! [DESIGN]: guide::design
//! [SECURITY]: guide::security
//! [COMPARISON]: guide::comparison
//! [Assurance]: guide::assurance
//! [Performance]: guide::performance
//! [Telemetry]: guide::telemetry
//! [Voyado Engage]: guide::voyado
//! [Behind a proxy]: guide::behind_a_proxy
//! [Answering in time]: guide::answering_in_time
//! [Rotation]: guide::rotation
//! [Recovery]: guide::recovery
//! [peers]: https://docs.rs/crate/tower-webhook/latest/source/tests/it/peers.rs
//! [exceptions]: https://docs.rs/crate/tower-webhook/latest/source/tests/it/oracles/exceptions.md
//! [CHANGELOG]: https://docs.rs/crate/tower-webhook/latest/source/CHANGELOG.md
//! [CONTRIBUTING]: https://docs.rs/crate/tower-webhook/latest/source/CONTRIBUTING.md
//! [MIT]: https://docs.rs/crate/tower-webhook/latest/source/LICENSE-MIT
//! [Apache 2.0]: https://docs.rs/crate/tower-webhook/latest/source/LICENSE-APACHE
#![doc = include_str!("../docs/performance-picture.md")]
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![warn(missing_debug_implementations)]

// What tests share with those of other packages names the crate as they do.
#[cfg(test)]
extern crate self as tower_webhook;

mod crypto;
pub mod dispatch;
pub mod error;
pub mod event;
pub mod idempotency;
#[cfg(feature = "tokio")]
pub mod inbox;
#[cfg(test)]
#[path = "../tests/interleavings/mod.rs"]
mod interleavings;
pub mod layer;
mod message;
#[cfg(any(feature = "providers", feature = "voyado"))]
pub mod provider;
pub mod receiver;
pub mod scheme;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;

pub use crypto::decrypt;
pub use error::{ConfigError, Rejection, RejectionKind};
pub use event::Json;
pub use idempotency::Idempotency;
pub use layer::WebhookLayer;
pub use message::{MessageId, Timestamp};
#[cfg(feature = "voyado")]
pub use provider::voyado;
pub use receiver::{Delivery, Receiver, SourceIp};

/// The guides and the documents of the repository.
#[cfg(any(doc, doctest))]
pub mod guide {
    #[doc = include_str!("../docs/guides/voyado.md")]
    pub mod voyado {}

    #[doc = include_str!("../docs/guides/behind-a-proxy.md")]
    pub mod behind_a_proxy {}

    #[doc = include_str!("../docs/guides/answering-in-time.md")]
    pub mod answering_in_time {}

    #[doc = include_str!("../docs/guides/rotation.md")]
    pub mod rotation {}

    #[doc = include_str!("../docs/guides/recovery.md")]
    pub mod recovery {}

    #[doc = include_str!("../DESIGN.md")]
    pub mod design {}

    #[doc = include_str!("../SECURITY.md")]
    pub mod security {}

    #[doc = include_str!("../COMPARISON.md")]
    pub mod comparison {}

    #[doc = include_str!("../docs/telemetry.md")]
    pub mod telemetry {}

    #[doc = include_str!("../docs/assurance.md")]
    pub mod assurance {}

    #[doc = include_str!("../docs/performance-picture.md")]
    #[doc = include_str!("../docs/performance.md")]
    pub mod performance {}
}
