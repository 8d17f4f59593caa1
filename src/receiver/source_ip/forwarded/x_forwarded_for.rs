//! `x-forwarded-for` and its kin: no standard, addresses separated by commas.

use std::net::{IpAddr, Ipv6Addr};

use super::node;

pub(super) fn last_comma(line: &[u8]) -> Option<usize> {
    line.iter().rposition(|byte| *byte == b',')
}

/// Unlike RFC 7239, IPv6 goes without brackets where there is no port.
pub(super) fn address(entry: &[u8]) -> Option<IpAddr> {
    let entry = entry.trim_ascii();
    let bare_v6 = || std::str::from_utf8(entry).ok()?.parse::<Ipv6Addr>().ok();
    node::address(entry).or_else(|| bare_v6().map(|v6| IpAddr::V6(v6).to_canonical()))
}
