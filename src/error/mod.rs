//! What can go wrong: in a configuration, and with a request.
//!
//! The errors of a store are in [`idempotency`](crate::idempotency), of an inbox in `inbox`, of an event in [`event`](crate::event).

pub(crate) mod config_error;
mod detail;
pub(crate) mod rejection;
pub(crate) mod source_ip_detail;

pub use config_error::{ConfigError, ConfigErrorKind};
pub use detail::RejectionDetail;
pub use rejection::{Rejection, RejectionKind};
