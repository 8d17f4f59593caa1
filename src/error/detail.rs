//! The facts behind a rejection, for the operator.

use std::{error::Error, fmt, net::IpAddr, sync::Arc};

use http::HeaderName;

/// The facts behind a [`Rejection`](super::Rejection): for the log and for middleware outside, never for the caller.
///
/// Before the signature is verified a detail holds only numbers, addresses and header names, so that an
/// unauthenticated client cannot make it allocate or write text into a log. It never holds a secret, a signature or a
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
    #[non_exhaustive]
    SourceAddress {
        /// The address that was judged; `None` if none could be determined.
        judged: Option<IpAddr>,
        /// The address of the connection's peer; `None` if the server does not provide it.
        peer: Option<IpAddr>,
        /// The header that `judged` was read from; `None` if it is the peer's own address.
        header: Option<HeaderName>,
        /// A forwarded header that was sent and not read, since the peer is not a trusted proxy.
        ignored_header: Option<HeaderName>,
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
            Self::SourceAddress { peer: None, .. } => Some(
                "put `ConnectInfo<SocketAddr>` or `PeerAddr` into the request's extensions, or name `peer_address`",
            ),
            Self::SourceAddress {
                peer: Some(peer),
                ignored_header: Some(_),
                ..
            } if is_private(*peer) => {
                Some("a private peer sent a forwarded header: name it in `trusted_proxies`")
            }
            Self::SourceAddress {
                ignored_header: Some(_),
                ..
            } => Some(
                "a peer that is no trusted proxy sent a forwarded header: name it in `trusted_proxies` if it is yours",
            ),
            _ => None,
        }
    }
}

/// RFC 1918, RFC 4193, RFC 6598, loopback and link-local: an address that no sender on the internet has.
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || (a == 100 && b & 0xc0 == 64)
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

impl fmt::Display for RejectionDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingHeader { name } => write!(f, "missing header `{name}`"),
            Self::SourceAddress {
                judged,
                peer,
                header,
                ignored_header,
            } => source_address(f, *judged, *peer, header.as_ref(), ignored_header.as_ref()),
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
            Self::Store { error } => with_sources(f, &**error),
        }
    }
}

fn source_address(
    f: &mut fmt::Formatter<'_>,
    judged: Option<IpAddr>,
    peer: Option<IpAddr>,
    header: Option<&HeaderName>,
    ignored_header: Option<&HeaderName>,
) -> fmt::Result {
    match (judged, peer, header) {
        (Some(judged), _, Some(header)) => write!(f, "{judged} from `{header}`")?,
        (Some(judged), _, None) => write!(f, "{judged}, the connection's peer")?,
        (None, Some(peer), _) => write!(f, "no address behind the proxy {peer}")?,
        (None, None, _) => f.write_str("the address of the connection's peer is not known")?,
    }
    match ignored_header {
        Some(ignored) => write!(f, "; `{ignored}` was not read"),
        None => Ok(()),
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
