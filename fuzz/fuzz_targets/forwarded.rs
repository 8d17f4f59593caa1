//! Arbitrary forwarded headers, against a model of both syntaxes, and with the entry that a trusted proxy appends.

#![no_main]

use std::{
    net::{IpAddr, SocketAddr},
    sync::LazyLock,
};

use arbitrary::Arbitrary;
use http::{HeaderMap, HeaderName, HeaderValue, Request, header::FORWARDED};
use libfuzzer_sys::fuzz_target;
use tower_webhook::{
    Receiver, RejectionKind, SourceIp,
    receiver::{ForwardedHeader, PeerAddr},
};
use tower_webhook_fuzz::{endpoint::open_handed, model::forwarded as model, text};

const SENDER: &str = "203.0.113.7";
const STRANGER: &str = "198.51.100.9";

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    syntax: Syntax,
    peer: Peer,
    lines: &'a [u8],
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Syntax {
    XForwardedFor,
    Rfc7239,
}

#[derive(Arbitrary, Debug)]
enum Peer {
    Proxy,
    ProxyAsIpv6,
    Ipv6Proxy,
    Sender,
    Stranger,
}

static RECEIVERS: LazyLock<[Receiver; 2]> = LazyLock::new(|| {
    [ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded].map(|header| {
        let source_ip = SourceIp::allow([SENDER, "2001:db8:a::/48"])
            .trusted_proxies(["10.0.0.0/8", "2001:db8:ffff::/48"])
            .forwarded_header(header);
        let receiver = open_handed().source_ip(source_ip).build();
        receiver.expect("a configuration")
    })
});

fuzz_target!(|input: Input<'_>| {
    let (receiver, name) = match input.syntax {
        Syntax::XForwardedFor => (&RECEIVERS[0], HeaderName::from_static("x-forwarded-for")),
        Syntax::Rfc7239 => (&RECEIVERS[1], FORWARDED),
    };
    let peer = match input.peer {
        Peer::Proxy => "10.0.0.1",
        Peer::ProxyAsIpv6 => "::ffff:10.0.0.1",
        Peer::Ipv6Proxy => "2001:db8:ffff::1",
        Peer::Sender => SENDER,
        Peer::Stranger => STRANGER,
    };
    let peer: IpAddr = peer.parse().expect("an address");
    let headers = text::header_lines(&name, input.lines);
    let lines: Vec<_> = headers
        .get_all(&name)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();

    let hops = match input.syntax {
        Syntax::XForwardedFor => Some(model::x_forwarded_for(&lines)),
        Syntax::Rfc7239 => model::rfc7239(&lines),
    };
    let got = verdict(receiver, peer, headers.clone());
    if let Some(hops) = hops {
        let expected = match model::source(peer, &hops, is_trusted) {
            None => Err(RejectionKind::SourceIpUnknown),
            Some(source) if is_allowed(source) => Ok(()),
            Some(_) => Err(RejectionKind::SourceIpNotAllowed),
        };
        assert_eq!(got, expected);
    }
    if !is_trusted(peer.to_canonical()) {
        assert_eq!(got, verdict(receiver, peer, HeaderMap::new()));
        return;
    }

    // Whatever is written to the left of what the proxy appends is not believed.
    for (source, expected) in [
        (SENDER, Ok(())),
        (STRANGER, Err(RejectionKind::SourceIpNotAllowed)),
        ("unknown", Err(RejectionKind::SourceIpUnknown)),
    ] {
        let entry = match input.syntax {
            Syntax::XForwardedFor => source.to_owned(),
            Syntax::Rfc7239 => format!("for={source}"),
        };
        let mut appended: Vec<_> = lines.iter().map(|line| line.to_vec()).collect();
        match appended.last_mut() {
            Some(last) => last.extend_from_slice(format!(", {entry}").as_bytes()),
            None => appended.push(entry.into_bytes()),
        }
        let headers = text::header_lines(&name, &appended.join(&b'\n'));
        assert_eq!(verdict(receiver, peer, headers), expected);
    }
});

/// Past this check, the next one misses the signature.
fn verdict(receiver: &Receiver, peer: IpAddr, headers: HeaderMap) -> Result<(), RejectionKind> {
    let (mut head, ()) = Request::new(()).into_parts();
    head.method = http::Method::POST;
    head.headers = headers;
    head.extensions.insert(PeerAddr(SocketAddr::new(peer, 443)));
    match receiver
        .check_head(&head)
        .map_err(|rejection| rejection.kind())
    {
        Ok(_) => unreachable!("nothing is signed"),
        Err(RejectionKind::MissingSignatureHeaders) => Ok(()),
        Err(kind) => Err(kind),
    }
}

fn is_trusted(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.octets()[0] == 10,
        IpAddr::V6(address) => address.segments()[..3] == [0x2001, 0xdb8, 0xffff],
    }
}

fn is_allowed(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.to_string() == SENDER,
        IpAddr::V6(address) => address.segments()[..3] == [0x2001, 0xdb8, 0xa],
    }
}
