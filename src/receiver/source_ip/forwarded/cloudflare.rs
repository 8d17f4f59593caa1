//! `cf-connecting-ip`, and `cf-connecting-ipv6` beside a pseudo address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::HeaderMap;

use super::x_forwarded_for;

const IPV6_HEADER: &str = "cf-connecting-ipv6";

/// The address in an entry of `cf-connecting-ip`; for a pseudo address, the one that it stands for.
pub(super) fn address(entry: &[u8], headers: &HeaderMap) -> Option<IpAddr> {
    match x_forwarded_for::address(entry)? {
        IpAddr::V4(pseudo) if is_class_e(pseudo) => real_address(headers),
        address => Some(address),
    }
}

/// Only one line, since Cloudflare writes one: of several, it is not known whose they are.
fn real_address(headers: &HeaderMap) -> Option<IpAddr> {
    let mut lines = headers.get_all(IPV6_HEADER).iter();
    let line = lines.next().filter(|_| lines.next().is_none())?;
    let text = std::str::from_utf8(line.as_bytes().trim_ascii()).ok()?;
    text.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

/// RFC 1112 section 4: 240.0.0.0/4, in use nowhere.
fn is_class_e(address: Ipv4Addr) -> bool {
    address.octets()[0] >= 240
}
