//! A hop's address with or without a port, as both syntaxes write it (RFC 7239 section 6).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest port, in digits.
const MAX_PORT_LEN: usize = 5;

/// Reads `203.0.113.7`, `203.0.113.7:443`, `[2001:db8::1]` or `[2001:db8::1]:443`. Anything else names no address:
/// `unknown`, `_hidden`, a zone id, which means something on the proxy's machine only, and leading zeros, which some
/// read as octal.
pub(super) fn address(node: &[u8]) -> Option<IpAddr> {
    let node = std::str::from_utf8(node).ok()?;
    let (address, port) = if let Some(bracketed) = node.strip_prefix('[') {
        let (address, port) = bracketed.split_once(']')?;
        (IpAddr::V6(address.parse::<Ipv6Addr>().ok()?), port)
    } else {
        let (address, port) = node.split_at(node.find(':').unwrap_or(node.len()));
        (IpAddr::V4(address.parse::<Ipv4Addr>().ok()?), port)
    };
    is_port_or_nothing(port).then(|| address.to_canonical())
}

pub(super) fn is_port(text: &str) -> bool {
    text.len() <= MAX_PORT_LEN
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse::<u16>().is_ok()
}

fn is_port_or_nothing(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(is_port)
}
