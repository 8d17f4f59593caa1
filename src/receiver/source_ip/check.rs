use std::net::IpAddr;

use http::{Extensions, HeaderMap};

use super::{forwarded::ForwardedHops, networks::NetworkSet, peer::PeerLookup};
use crate::error::source_ip_detail::{SourceIpCause, SourceIpDetail, SourceIpHint};

/// Most entries of the forwarded header that are walked. A request passes a handful of proxies; a longer list of
/// trusted addresses is a loop, or was made to keep us busy.
const MAX_HOPS: usize = 32;

/// A [`SourceIp`](super::SourceIp) without mistakes. Checking allocates nothing.
#[derive(Clone, Debug)]
pub(crate) struct SourceIpCheck {
    pub(super) allowed: NetworkSet,
    pub(super) trusted: Trusted,
    pub(super) forwarded: ForwardedHops,
    pub(super) peer: PeerLookup,
}

/// Which proxies are believed about the requests that they forward.
#[derive(Clone, Debug)]
pub(super) enum Trusted {
    /// Those with these addresses.
    Networks(NetworkSet),
    /// So many in a row, whatever their addresses. At least one.
    Hops(u8),
}

/// What the walk found.
#[derive(Clone, Copy)]
enum Source {
    /// Only the peer counts: no header is read.
    Peer(IpAddr),
    /// The address in this entry, counted from the right and from 1.
    Entry(IpAddr, usize),
    /// A trusted proxy that names no other: after so many entries, which may be none.
    Proxy(IpAddr, usize),
    /// It cannot be decided, after so many entries.
    Unknown(SourceIpCause, usize),
}

impl SourceIpCheck {
    /// Finds the address that the request comes from, and rejects what the allowlist does not have. Without
    /// extensions there is no peer to know.
    pub(crate) fn check(
        &self,
        headers: &HeaderMap,
        extensions: Option<&Extensions>,
    ) -> Result<IpAddr, SourceIpDetail> {
        let peer = extensions.and_then(|extensions| self.peer.find(extensions));
        let source = match &self.trusted {
            Trusted::Hops(hops) => Some(self.behind_hops(usize::from(*hops), headers)),
            Trusted::Networks(proxies) => peer.map(|peer| self.walk(proxies, peer, headers)),
        };
        let source = source.unwrap_or(Source::Unknown(SourceIpCause::PeerUnknown, 0));
        match source.address() {
            Some(address) if self.allowed.contains(address) => Ok(address),
            _ => Err(self.detail(source, peer, headers)),
        }
    }

    /// The first address on the way back from here that is not a trusted proxy's, or the last that is.
    fn walk(&self, proxies: &NetworkSet, peer: IpAddr, headers: &HeaderMap) -> Source {
        if !proxies.contains(peer) {
            return Source::Peer(peer);
        }
        let mut last = Source::Proxy(peer, 0);
        for (entry, hop) in (1..).zip(self.forwarded.nearest_first(headers)) {
            last = match hop {
                _ if entry > MAX_HOPS => {
                    return Source::Unknown(SourceIpCause::TooManyEntries, MAX_HOPS);
                }
                None => return Source::Unknown(SourceIpCause::UnreadableEntry, entry),
                Some(hop) if !proxies.contains(hop) => return Source::Entry(hop, entry),
                Some(proxy) => Source::Proxy(proxy, entry),
            };
        }
        // No hop is left: the request originated at this proxy, or the proxy does not name the client.
        last
    }

    /// The address that the furthest of the trusted hops appended. The entries to its right are those of nearer hops;
    /// one that names no address is a sign that the number is wrong.
    fn behind_hops(&self, hops: usize, headers: &HeaderMap) -> Source {
        let mut last = Source::Unknown(SourceIpCause::TooFewEntries, 0);
        for (entry, hop) in (1..=hops).zip(self.forwarded.nearest_first(headers)) {
            last = match hop {
                None => return Source::Unknown(SourceIpCause::UnreadableEntry, entry),
                Some(hop) if entry == hops => return Source::Entry(hop, entry),
                Some(_) => Source::Unknown(SourceIpCause::TooFewEntries, entry),
            };
        }
        last
    }

    fn detail(&self, source: Source, peer: Option<IpAddr>, headers: &HeaderMap) -> SourceIpDetail {
        let (cause, entries, was_header_read) = match source {
            Source::Peer(_) => (SourceIpCause::NotAllowed, 0, false),
            Source::Entry(_, entry) | Source::Proxy(_, entry) => {
                (SourceIpCause::NotAllowed, entry, true)
            }
            Source::Unknown(cause, entries) => {
                (cause, entries, cause != SourceIpCause::PeerUnknown)
            }
        };
        let hint = match source {
            Source::Peer(peer) if is_private(peer) && self.forwarded.is_in(headers) => {
                Some(SourceIpHint::NameTheProxy)
            }
            Source::Proxy(_, 0) => Some(SourceIpHint::AppendTheHeader),
            Source::Unknown(SourceIpCause::PeerUnknown, _) => Some(SourceIpHint::GiveThePeer),
            _ => None,
        };
        SourceIpDetail {
            cause,
            peer,
            address: source.address(),
            header: was_header_read.then(|| self.forwarded.name().clone()),
            entries,
            hint,
        }
    }
}

impl Source {
    fn address(self) -> Option<IpAddr> {
        match self {
            Self::Peer(address) | Self::Entry(address, _) | Self::Proxy(address, _) => {
                Some(address)
            }
            Self::Unknown(..) => None,
        }
    }
}

/// Whether an address is one that only a neighbour can have: where a proxy of one's own usually is.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            // RFC 6598: 100.64.0.0/10, which clouds use inside.
            let is_shared = v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64;
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || is_shared
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}
