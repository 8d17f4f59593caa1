//! The allowlist of source addresses, through [`Receiver::check_head`].

mod cloudflare;
mod cloudfront;
mod configuration;
mod detail;

mod hops;
mod peers;
mod presets;
mod properties;
mod rfc7239;
mod trusted_proxies;
mod walk;
mod x_forwarded_for;

use std::{net::IpAddr, time::Duration};

use http::{HeaderMap, Request, request::Parts};
use tower_webhook::{
    Receiver, RejectionKind, SourceIp,
    receiver::{ForwardedHeader, PeerAddr},
};

use crate::support::{NOW, SECRET, append, genuine_set};

/// The proxy that the connection comes from, one of [`PROXIES`].
const PROXY: &str = "10.0.0.1";
const PROXIES: [&str; 2] = ["10.0.0.0/8", "fd00::/8"];
/// Where genuine deliveries come from: `203.0.113.7` and `2001:db8::7` among others.
const SENDERS: [&str; 2] = ["203.0.113.0/24", "2001:db8::/32"];
/// Anybody.
const STRANGER: &str = "198.51.100.9";

type Verdict = Result<(), RejectionKind>;

const ACCEPTED: Verdict = Ok(());
const NOT_ALLOWED: Verdict = Err(RejectionKind::SourceIpNotAllowed);
const UNKNOWN: Verdict = Err(RejectionKind::SourceIpUnknown);

/// What a situation stands for, the lines of the forwarded header, and what comes of it.
type Row = (&'static str, &'static [&'static str], Verdict);

fn behind_proxies(header: ForwardedHeader) -> Receiver {
    receiver(
        SourceIp::allow(SENDERS)
            .trusted_proxies(PROXIES)
            .forwarded_header(header),
    )
}

fn receiver(source_ip: SourceIp) -> Receiver {
    Receiver::builder([SECRET])
        .clock(|| Duration::from_secs(NOW))
        .source_ip(source_ip)
        .build()
        .unwrap()
}

/// A head in which everything but the source address is right.
fn head(headers: &HeaderMap) -> Parts {
    let (mut parts, ()) = Request::post("/").body(()).unwrap().into_parts();
    parts.headers = genuine_set("svix");
    parts.headers.extend(headers.clone());
    parts
}

fn head_from(peer: &str, headers: &HeaderMap) -> Parts {
    let peer: IpAddr = peer.parse().unwrap();
    let mut parts = head(headers);
    parts.extensions.insert(PeerAddr((peer, 49152).into()));
    parts
}

fn lines<L: AsRef<[u8]>>(name: &str, lines: impl IntoIterator<Item = L>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        append(&mut headers, name, line);
    }
    headers
}

fn verdict(receiver: &Receiver, parts: &Parts) -> Verdict {
    let checked = receiver.check_head(parts).map(drop);
    checked.map_err(|rejection| rejection.kind())
}

/// Sends every row's lines from [`PROXY`] and reports all that came out otherwise.
fn check_rows(header: &ForwardedHeader, rows: &[Row]) {
    let receiver = behind_proxies(header.clone());
    let wrong: Vec<_> = rows
        .iter()
        .map(|(situation, sent, expected)| {
            let headers = lines(header.name().as_str(), *sent);
            let got = verdict(&receiver, &head_from(PROXY, &headers));
            (situation, sent, expected, got)
        })
        .filter(|(_, _, expected, got)| *expected != got)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
