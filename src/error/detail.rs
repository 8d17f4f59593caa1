//! The facts behind a rejection, for the operator.

use std::{error::Error, fmt, sync::Arc};

use http::HeaderName;

use super::source_ip_detail::{SourceIpDetail, SourceIpHint};

/// The facts behind a [`Rejection`](super::Rejection): for the log and for middleware outside, never for the caller.
///
/// Before the signature is verified a detail holds only numbers, addresses, header names and the error of a look-up, so
/// that an unauthenticated client cannot make it allocate or write text into a log. It never holds a secret, a signature or a
/// part of the payload. `Display` shows it as one phrase.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RejectionDetail {
    /// A header that the request must have is missing.
    MissingHeader {
        /// Its name.
        name: HeaderName,
    },
    /// The source address is unknown or not allowed.
    SourceIp(SourceIpDetail),
    /// The secrets of this request could not be looked up. The error is the application's own: its text should name no part of
    /// the request.
    #[non_exhaustive]
    SecretLookup {
        /// The error, with its sources.
        error: Arc<dyn Error + Send + Sync>,
    },
    /// The timestamp is outside of the tolerance.
    #[non_exhaustive]
    ClockSkew {
        /// Whole seconds between the timestamp and this machine's clock.
        seconds: u64,
        /// The largest difference that is accepted, in whole seconds.
        tolerance: u64,
    },
    /// The body is larger than the limit.
    #[non_exhaustive]
    BodyLength {
        /// Bytes that `content-length` announced; `None` if the limit was exceeded while the body arrived.
        announced: Option<u64>,
        /// Bytes that had arrived, with the frame that exceeded the limit.
        received: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The bodies of all requests together are larger than the limit.
    #[non_exhaustive]
    BytesInFlight {
        /// The limit in bytes.
        limit: u64,
    },
    /// The event does not parse. Only of a verified body.
    #[non_exhaustive]
    Event {
        /// The line, from 1; 0 if unknown.
        line: usize,
        /// The column, from 1; 0 if unknown.
        column: usize,
        /// The path of the field, where it is known.
        path: Option<Arc<str>>,
    },
    /// The idempotency store failed. Only of a verified body.
    #[non_exhaustive]
    Store {
        /// The store's error, with its sources.
        error: Arc<dyn Error + Send + Sync>,
    },
}

impl RejectionDetail {
    /// A cure, where the facts point to the usual one.
    pub(super) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::SourceIp(detail) => detail.hint().map(SourceIpHint::as_str),
            _ => None,
        }
    }
}

impl fmt::Display for RejectionDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingHeader { name } => write!(f, "missing header `{name}`"),
            Self::SourceIp(detail) => detail.fmt(f),
            Self::ClockSkew { seconds, tolerance } => {
                write!(
                    f,
                    "{seconds} s from this machine's clock, {tolerance} s are accepted"
                )
            }
            Self::BodyLength {
                announced: Some(announced),
                limit,
                ..
            } => write!(f, "announced {announced} bytes, the limit is {limit}"),
            Self::BodyLength {
                received, limit, ..
            } => write!(f, "received {received} bytes, the limit is {limit}"),
            Self::BytesInFlight { limit } => {
                write!(f, "the bodies in flight would exceed {limit} bytes")
            }
            Self::Event { line, column, path } => {
                let mut separator = "";
                if let Some(path) = path {
                    write!(f, "at `{path}`")?;
                    separator = ", ";
                }
                if *line > 0 {
                    write!(f, "{separator}line {line}, column {column}")?;
                }
                Ok(())
            }
            Self::SecretLookup { error } | Self::Store { error } => with_sources(f, &**error),
        }
    }
}

/// An error with all of its sources, separated by colons. A source that the error shows itself is not repeated.
fn with_sources(f: &mut fmt::Formatter<'_>, error: &(dyn Error + 'static)) -> fmt::Result {
    let mut shown = error.to_string();
    f.write_str(&shown)?;
    let mut source = error.source();
    while let Some(error) = source {
        let text = error.to_string();
        if !shown.contains(&text) {
            write!(f, ": {text}")?;
            shown = text;
        }
        source = error.source();
    }
    Ok(())
}
