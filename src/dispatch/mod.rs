//! What comes behind the layer: verified deliveries, handed to the code or to the system that handles them.
//!
//! - [`EventRouter`] (feature `axum`) calls axum handlers by the event's type.
//! - [`Forward`] (feature `forward`) sends a delivery to an internal HTTP target, signed anew by a [`Signer`].
//!
//! Both are tower services over requests with a [`Delivery`](crate::Delivery) in their extensions: they run inline
//! behind a [`WebhookLayer`](crate::WebhookLayer), and as services of a worker behind an inbox.

#[cfg(feature = "axum")]
mod check;
#[cfg(feature = "axum")]
mod event_handler;
#[cfg(feature = "axum")]
mod event_router;
#[cfg(feature = "axum")]
mod event_service;
#[cfg(feature = "forward")]
mod forward;
#[cfg(feature = "axum")]
mod once;
#[cfg(feature = "axum")]
mod payload;
#[cfg(feature = "forward")]
mod signer;

#[cfg(feature = "axum")]
pub use event_handler::EventHandler;
#[cfg(feature = "axum")]
pub use event_router::EventRouter;
#[cfg(feature = "axum")]
pub use event_service::EventService;
#[cfg(feature = "forward")]
pub use forward::{Forward, ForwardBuilder};
#[cfg(feature = "axum")]
pub use payload::Payload;
#[cfg(feature = "forward")]
pub use signer::Signer;
