//! Where the address of the connection's peer is found.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap, request::Parts};
use tonic::transport::server::TcpConnectInfo;
use tower_webhook::{Receiver, RejectionKind, SourceIp, receiver::PeerAddr};

use super::{
    ACCEPTED, NOT_ALLOWED, PROXIES, PROXY, SENDERS, STRANGER, UNKNOWN, head, head_from, lines,
    receiver, verdict,
};
use crate::support::genuine_set;

const SENDER: &str = "203.0.113.7";

fn at(address: &str) -> SocketAddr {
    let address: IpAddr = address.parse().unwrap();
    (address, 49152).into()
}

fn of_axum(address: &str) -> ConnectInfo<SocketAddr> {
    ConnectInfo(at(address))
}

fn of_tonic(address: Option<&str>) -> TcpConnectInfo {
    TcpConnectInfo {
        local_addr: Some(at("203.0.113.1")),
        remote_addr: address.map(at),
    }
}

fn with<T>(insert: impl FnOnce(&mut Extensions) -> T) -> Parts {
    let mut parts = head(&HeaderMap::new());
    insert(&mut parts.extensions);
    parts
}

fn direct() -> Receiver {
    receiver(SourceIp::allow(SENDERS))
}

#[test]
fn the_peer_is_known_from_our_own_type_from_axum_and_from_tonic() {
    for (peer, expected) in [(SENDER, ACCEPTED), (STRANGER, NOT_ALLOWED)] {
        for parts in [
            with(|extensions| extensions.insert(PeerAddr(at(peer)))),
            with(|extensions| extensions.insert(of_axum(peer))),
            with(|extensions| extensions.insert(of_tonic(Some(peer)))),
        ] {
            assert_eq!(verdict(&direct(), &parts), expected);
        }
    }
}

#[test]
fn an_unknown_peer_is_refused() {
    let unknown = [
        with(|_| {}),
        with(|extensions| extensions.insert(of_tonic(None))),
        // A `ConnectInfo` of another type says nothing.
        with(|extensions| extensions.insert(ConnectInfo(SENDER))),
    ];
    for parts in unknown {
        assert_eq!(verdict(&direct(), &parts), UNKNOWN);
    }
}

#[test]
fn headers_do_not_make_up_for_an_unknown_peer() {
    let receiver = receiver(SourceIp::allow(SENDERS).trusted_proxies(PROXIES));
    let parts = head(&lines("x-forwarded-for", [SENDER]));
    assert_eq!(verdict(&receiver, &parts), UNKNOWN);
}

#[test]
fn headers_without_a_request_have_no_peer_and_are_refused() {
    let headers = genuine_set("svix");
    let refused = direct().check_head(&headers).unwrap_err();
    assert_eq!(refused.kind(), RejectionKind::SourceIpUnknown);
}

#[test]
fn our_own_type_goes_before_axums_and_axums_before_tonics() {
    let ours = with(|extensions| {
        extensions.insert(PeerAddr(at(SENDER)));
        extensions.insert(of_axum(STRANGER));
        extensions.insert(of_tonic(Some(STRANGER)));
    });
    assert_eq!(verdict(&direct(), &ours), ACCEPTED);
    let axums = with(|extensions| {
        extensions.insert(of_axum(SENDER));
        extensions.insert(of_tonic(Some(STRANGER)));
    });
    assert_eq!(verdict(&direct(), &axums), ACCEPTED);
}

#[test]
fn a_function_of_the_users_is_asked_and_nothing_else() {
    #[derive(Clone)]
    struct Socket(IpAddr);

    let custom = receiver(
        SourceIp::allow(SENDERS)
            .peer_address(|extensions| extensions.get().map(|Socket(address)| *address)),
    );
    let address = |text: &str| Socket(text.parse().unwrap());
    let known = with(|extensions| {
        extensions.insert(address("::ffff:203.0.113.7"));
        extensions.insert(PeerAddr(at(STRANGER)));
    });
    assert_eq!(verdict(&custom, &known), ACCEPTED);
    let other = with(|extensions| {
        extensions.insert(address(STRANGER));
        extensions.insert(PeerAddr(at(SENDER)));
    });
    assert_eq!(verdict(&custom, &other), NOT_ALLOWED);
    let unknown = with(|extensions| extensions.insert(PeerAddr(at(SENDER))));
    assert_eq!(verdict(&custom, &unknown), UNKNOWN);
}

#[test]
fn a_peer_on_ipv4_is_the_same_to_a_socket_that_listens_on_ipv6() {
    let none = HeaderMap::new();
    for (peer, expected) in [
        ("::ffff:203.0.113.7", ACCEPTED),
        ("::ffff:198.51.100.9", NOT_ALLOWED),
        ("2001:db8::7", ACCEPTED),
    ] {
        assert_eq!(
            verdict(&direct(), &head_from(peer, &none)),
            expected,
            "{peer}"
        );
    }
    let behind = receiver(SourceIp::allow(SENDERS).trusted_proxies(PROXIES));
    let forwarded = lines("x-forwarded-for", [SENDER]);
    let mapped = format!("::ffff:{PROXY}");
    assert_eq!(verdict(&behind, &head_from(&mapped, &forwarded)), ACCEPTED);
}
