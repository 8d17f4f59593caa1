//! What can go wrong: in a configuration, and with a request.

pub(crate) mod config_error;
mod detail;
pub(crate) mod rejection;
pub(crate) mod source_ip_detail;

pub use config_error::{ConfigError, ConfigErrorKind};
pub use detail::RejectionDetail;
pub use rejection::{Rejection, RejectionKind};
pub use source_ip_detail::{SourceIpCause, SourceIpDetail, SourceIpHint};
