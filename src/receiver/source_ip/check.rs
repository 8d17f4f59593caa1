use std::net::IpAddr;

use http::{Extensions, HeaderMap};

use super::{forwarded::ForwardedHops, networks::NetworkSet, peer::PeerLookup};
use crate::error::rejection::RejectionKind;

/// Most entries of the forwarded header that are walked. A request passes a handful of proxies; a longer list of
/// trusted addresses is a loop, or was made to keep us busy.
const MAX_HOPS: usize = 32;

/// A [`SourceIp`](super::SourceIp) without mistakes. Checking allocates nothing.
#[derive(Clone, Debug)]
pub(crate) struct SourceIpCheck {
    pub(super) allowed: NetworkSet,
    pub(super) trusted_proxies: NetworkSet,
    pub(super) forwarded: ForwardedHops,
    pub(super) peer: PeerLookup,
}

impl SourceIpCheck {
    /// The address that the request comes from, if it is allowed. Without extensions there is no peer to know.
    pub(crate) fn check(
        &self,
        headers: &HeaderMap,
        extensions: Option<&Extensions>,
    ) -> Result<IpAddr, RejectionKind> {
        let source = extensions
            .and_then(|extensions| self.peer.find(extensions))
            .and_then(|peer| self.source(peer, headers))
            .ok_or(RejectionKind::SourceIpUnknown)?;
        if self.allowed.contains(source) {
            Ok(source)
        } else {
            Err(RejectionKind::SourceIpNotAllowed)
        }
    }

    /// The first address on the way back from here that is not a trusted proxy's, or the last that is.
    fn source(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        if !self.trusted_proxies.contains(peer) {
            return Some(peer);
        }
        let mut proxy = peer;
        for (walked, hop) in self.forwarded.nearest_first(headers).enumerate() {
            let hop = hop.filter(|_| walked < MAX_HOPS)?;
            if !self.trusted_proxies.contains(hop) {
                return Some(hop);
            }
            proxy = hop;
        }
        // Nobody stands behind this proxy: it asks for itself, or does not say for whom.
        Some(proxy)
    }
}
