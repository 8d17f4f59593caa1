//! Which source address was judged, and where it was found.

use std::{fmt, net::IpAddr};

use http::HeaderName;

use super::{
    RejectionDetail,
    rejection::{Rejection, RejectionKind},
};

/// Why the source address of a request was rejected: the address, where it was found, and what to do about it.
///
/// For the operator, never for the client. Making one allocates nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceIpDetail {
    pub(crate) cause: SourceIpCause,
    pub(crate) peer: Option<IpAddr>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) header: Option<HeaderName>,
    pub(crate) entries: usize,
    pub(crate) hint: Option<SourceIpHint>,
}

/// What is wrong with the source address of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceIpCause {
    /// The address is known, and the allowlist does not have it.
    NotAllowed,
    /// The server gave no address of the connection's peer.
    PeerUnknown,
    /// The entry of the forwarded header that decides names no address.
    UnreadableEntry,
    /// The forwarded header has more trusted proxies in a row than are walked (32).
    TooManyEntries,
    /// The forwarded header has fewer entries than there are trusted hops.
    TooFewEntries,
}

/// The usual cure of a rejected source address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceIpHint {
    /// A private peer sent the forwarded header and is not a trusted proxy: name it in
    /// [`SourceIp::trusted_proxies`](crate::SourceIp::trusted_proxies).
    NameTheProxy,
    /// A trusted proxy sent no forwarded header, so that it is the source itself: let it append the header, or name
    /// the header that it does append in [`SourceIp::forwarded_header`](crate::SourceIp::forwarded_header).
    AppendTheHeader,
    /// The server gave no address: serve with `into_make_service_with_connect_info` (axum), or insert a
    /// [`PeerAddr`](crate::receiver::PeerAddr) into each request's extensions.
    GiveThePeer,
}

impl SourceIpDetail {
    /// What is wrong with the address.
    pub fn cause(&self) -> SourceIpCause {
        self.cause
    }

    /// The address of the connection's peer, if it is known.
    pub fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// The address that was judged, if one was found: the peer's, or one of the forwarded header.
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// The forwarded header in which the address was looked for. `None` if only the peer counted.
    pub fn header(&self) -> Option<&HeaderName> {
        self.header.as_ref()
    }

    /// How many entries of the header were read, the rightmost first. The last of them decided.
    pub fn entries_read(&self) -> usize {
        self.entries
    }

    /// The usual cure, where one is known.
    pub fn hint(&self) -> Option<SourceIpHint> {
        self.hint
    }

    /// What the request is rejected as.
    pub fn kind(&self) -> RejectionKind {
        match self.cause {
            SourceIpCause::NotAllowed => RejectionKind::SourceIpNotAllowed,
            _ => RejectionKind::SourceIpUnknown,
        }
    }
}

impl From<SourceIpDetail> for Rejection {
    fn from(detail: SourceIpDetail) -> Self {
        Self::new(detail.kind()).with_detail(RejectionDetail::SourceIp(detail))
    }
}

/// The address and where it was found, or why none was.
impl fmt::Display for SourceIpDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cause {
            SourceIpCause::NotAllowed => {}
            SourceIpCause::PeerUnknown => f.write_str("no peer address")?,
            SourceIpCause::UnreadableEntry => f.write_str("no address")?,
            SourceIpCause::TooManyEntries => f.write_str("too many trusted proxies")?,
            SourceIpCause::TooFewEntries => f.write_str("fewer entries than trusted hops")?,
        }
        if let Some(address) = self.address {
            write!(f, "{address}")?;
        }
        match &self.header {
            Some(header) if self.entries == 0 => write!(f, " without {header}")?,
            Some(header) => write!(f, " in entry {} from the right of {header}", self.entries)?,
            None => {}
        }
        match self.peer {
            Some(peer) if self.address == Some(peer) && self.entries == 0 => {
                f.write_str(", the connection's peer")?;
            }
            Some(peer) => write!(f, ", from peer {peer}")?,
            None => {}
        }
        Ok(())
    }
}

impl SourceIpHint {
    /// The cure, as a sentence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NameTheProxy => {
                "a private peer sent a forwarded header: if it is your proxy, name it in trusted_proxies"
            }
            Self::AppendTheHeader => {
                "a trusted proxy named nobody: let it append this header, or name another in forwarded_header"
            }
            Self::GiveThePeer => {
                "serve with connect info, or insert PeerAddr into the request's extensions"
            }
        }
    }
}

impl fmt::Display for SourceIpHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
