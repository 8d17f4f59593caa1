//! Arbitrary allowlists and trusted proxies, against a model in which networks are ranges of numbers.
//!
//! A line of the input is a network; with a `>` in front it is one of trusted proxies.

#![no_main]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use arbitrary::Arbitrary;
use http::{HeaderValue, Method, Request};
use libfuzzer_sys::fuzz_target;
use tower_webhook::{
    Receiver, RejectionKind, SourceIp, error::ConfigErrorKind, receiver::PeerAddr,
};
use tower_webhook_fuzz::{
    endpoint::open_handed,
    model::network::{Network, cover_half},
};

/// For whom a trusted proxy asks.
const CALLER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    peer: Peer,
    lines: &'a str,
}

#[derive(Arbitrary, Debug)]
enum Peer {
    Any(IpAddr),
    NearNetwork { index: u8, offset: i8 },
}

fuzz_target!(|input: Input<'_>| {
    let (trusted, allowed): (Vec<_>, Vec<_>) = input
        .lines
        .split('\n')
        .partition(|line| line.starts_with('>'));
    let trusted: Vec<_> = trusted.iter().map(|line| &line[1..]).collect();
    let source_ip = SourceIp::allow(&allowed).trusted_proxies(&trusted);
    let built = open_handed().source_ip(source_ip).build();
    let (allowed, trusted) = match configuration(&allowed, &trusted) {
        Ok(networks) => networks,
        Err(kind) => return assert_eq!(built.map_err(|error| error.kind()).err(), Some(kind)),
    };
    let receiver = built.expect("there is no mistake in it");

    let peer = address(&input.peer, &allowed, &trusted);
    // The caller is the source also if it is a proxy: it names nobody.
    let source = if contain(&trusted, peer) {
        CALLER
    } else {
        peer
    };
    assert_eq!(is_let_in(&receiver, peer), contain(&allowed, source));
});

/// The networks that are allowed and those that are trusted, or the first mistake in them.
fn configuration(
    allowed: &[&str],
    trusted: &[&str],
) -> Result<(Vec<Network>, Vec<Network>), ConfigErrorKind> {
    let allowed = networks(allowed).ok_or(ConfigErrorKind::InvalidNetwork)?;
    if allowed.is_empty() {
        return Err(ConfigErrorKind::EmptyAllowlist);
    }
    let trusted = networks(trusted).ok_or(ConfigErrorKind::InvalidNetwork)?;
    if cover_half(&trusted) {
        return Err(ConfigErrorKind::TrustedProxiesTooWide);
    }
    Ok((allowed, trusted))
}

fn contain(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}

fn networks(lines: &[&str]) -> Option<Vec<Network>> {
    lines.iter().map(|line| Network::parse(line)).collect()
}

fn address(peer: &Peer, allowed: &[Network], trusted: &[Network]) -> IpAddr {
    match *peer {
        Peer::Any(address) => address,
        Peer::NearNetwork { index, offset } => {
            let index = usize::from(index) % (allowed.len() + trusted.len());
            let mut networks = allowed.iter().chain(trusted);
            let network = networks.nth(index).expect("within the networks");
            network.address_near_start(offset)
        }
    }
}

/// Past this check, the next one misses the signature.
fn is_let_in(receiver: &Receiver, peer: IpAddr) -> bool {
    let (mut head, ()) = Request::new(()).into_parts();
    head.method = Method::POST;
    let caller = HeaderValue::from_str(&CALLER.to_string()).expect("visible ASCII");
    head.headers.insert("x-forwarded-for", caller);
    head.extensions.insert(PeerAddr(SocketAddr::new(peer, 443)));
    match receiver
        .check_head(&head)
        .map_err(|rejection| rejection.kind())
    {
        Err(RejectionKind::MissingSignatureHeaders) => true,
        Err(RejectionKind::SourceIpNotAllowed) => false,
        other => panic!("it is about the address: {other:?}"),
    }
}
