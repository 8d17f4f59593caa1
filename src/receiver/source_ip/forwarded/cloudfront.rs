//! `cloudfront-viewer-address`: an address, a colon and a port, always.

use std::net::{IpAddr, Ipv6Addr};

use super::node;

/// The last colon is the port's, also without brackets: `2001:db8::9:9985` is `2001:db8::9` and its port.
pub(super) fn address(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry.trim_ascii()).ok()?;
    let (address, port) = entry.rsplit_once(':')?;
    if !node::is_port(port) {
        return None;
    }
    match address.parse::<Ipv6Addr>() {
        Ok(bare_v6) => Some(IpAddr::V6(bare_v6).to_canonical()),
        // IPv4, or IPv6 in brackets should they come one day; a second port is neither.
        Err(_) => node::address(entry.as_bytes()),
    }
}
