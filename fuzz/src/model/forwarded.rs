//! Who asks, according to the proxies in between.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::LazyLock,
};

use regex::bytes::Regex;

const MAX_HOPS: usize = 32;

/// The source of a request whose hops are known, the nearest last; `None` if it cannot be told.
pub fn source(
    peer: IpAddr,
    hops: &[Option<IpAddr>],
    is_trusted: impl Fn(IpAddr) -> bool,
) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    if !is_trusted(peer) {
        return Some(peer);
    }
    let is_proxy = |hop: &&Option<IpAddr>| hop.is_some_and(&is_trusted);
    let proxies = hops.iter().rev().take_while(is_proxy).count();
    match hops.iter().rev().nth(proxies) {
        Some(_) if proxies >= MAX_HOPS => None,
        Some(decisive) => *decisive,
        None if proxies > MAX_HOPS => None,
        None => hops.first().copied().unwrap_or(Some(peer)),
    }
}

/// The hops in the lines of an `x-forwarded-for`.
pub fn x_forwarded_for(lines: &[&[u8]]) -> Vec<Option<IpAddr>> {
    lines
        .iter()
        .flat_map(|line| line.split(|byte| *byte == b','))
        .map(|entry| {
            let entry = str::from_utf8(entry).ok()?;
            let entry = entry.trim_matches([' ', '\t']);
            let bare = || entry.parse::<Ipv6Addr>().ok();
            node(entry).or_else(|| bare().map(|v6| v6.to_canonical()))
        })
        .collect()
}

/// A pair or nothing, and the separator behind it, read from the left as the grammar has it (RFC 7239, section 4).
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    let token = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    let quoted = r#""((?s-u:[^"\\]|\\.)*)""#;
    let plain = r#"[!-~&&[^",;\\]]+"#;
    let pair = format!(r"(?-u)^[ \t]*(?:({token})=(?:{quoted}|({plain})))?[ \t]*([,;]|$)");
    Regex::new(&pair).expect("a regular expression")
});

/// The hops in the lines of a `forwarded`; `None` if a line is not well formed, for which there is no model.
pub fn rfc7239(lines: &[&[u8]]) -> Option<Vec<Option<IpAddr>>> {
    let mut hops = Vec::new();
    for line in lines {
        let mut rest = *line;
        let mut nodes = Vec::new();
        loop {
            let pair = PAIR.captures(rest)?;
            let name = pair.get(1).map(|name| name.as_bytes());
            if name.is_some_and(|name| name.eq_ignore_ascii_case(b"for")) {
                nodes.push(match (pair.get(2), pair.get(3)) {
                    (Some(quoted), _) => unescape(quoted.as_bytes()),
                    (None, plain) => plain?.as_bytes().to_vec(),
                });
            }
            rest = &rest[pair.get(0)?.end()..];
            let separator = pair.get(4)?.as_bytes();
            if separator != b";" {
                hops.push(match nodes.as_slice() {
                    [node] => str::from_utf8(node).ok().and_then(self::node),
                    _ => None,
                });
                nodes.clear();
            }
            if separator.is_empty() {
                break;
            }
        }
    }
    Some(hops)
}

fn unescape(quoted: &[u8]) -> Vec<u8> {
    let mut is_escaped = false;
    let mut text = quoted.to_vec();
    text.retain(|byte| {
        is_escaped = *byte == b'\\' && !is_escaped;
        !is_escaped
    });
    text
}

/// By the standard library's reader of socket addresses, less what it reads beyond the RFC.
fn node(text: &str) -> Option<IpAddr> {
    let has_zone = text.contains('%');
    let bare_v4 = || text.parse::<Ipv4Addr>().ok().map(IpAddr::V4);
    let with_port = || {
        let (_, port) = text.rsplit_once(':')?;
        let address: SocketAddr = text.parse().ok()?;
        (port.len() <= 5).then(|| address.ip())
    };
    let in_brackets = || {
        let bracketed = text.strip_prefix('[')?.strip_suffix(']')?;
        bracketed.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
    };
    let address = bare_v4().or_else(with_port).or_else(in_brackets)?;
    (!has_zone).then(|| address.to_canonical())
}
