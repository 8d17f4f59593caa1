//! What the operator learns of a rejected source address.

use http::{HeaderMap, request::Parts};
use tower_webhook::{
    Receiver, RejectionKind, SourceIp,
    error::RejectionDetail,
    receiver::source_ip::{SourceIpCause, SourceIpDetail, SourceIpHint},
};

use super::{PROXIES, PROXY, SENDERS, STRANGER, head, head_from, lines, receiver};

/// The second proxy from the service.
const FAR_PROXY: &str = "10.0.0.2";

fn detail(receiver: &Receiver, parts: &Parts) -> SourceIpDetail {
    let rejection = receiver.check_head(parts).unwrap_err();
    match rejection.detail() {
        Some(RejectionDetail::SourceIp(detail)) => {
            assert_eq!(detail.kind(), rejection.kind());
            detail.clone()
        }
        other => panic!("not about the address: {other:?}"),
    }
}

fn direct() -> Receiver {
    receiver(SourceIp::allow(SENDERS))
}

fn behind_proxies() -> Receiver {
    receiver(SourceIp::allow(SENDERS).trusted_proxies(PROXIES))
}

fn forwarded(sent: &[&str]) -> HeaderMap {
    lines("x-forwarded-for", sent)
}

#[test]
fn the_log_says_which_address_was_judged_and_where_it_was_found() {
    let hidden = receiver(
        SourceIp::allow(SENDERS)
            .trusted_proxies(PROXIES)
            .forwarded_header("forwarded".parse().unwrap()),
    );
    let two_hops = receiver(SourceIp::allow(SENDERS).trusted_hops(2));
    let loop_of_proxies = vec![FAR_PROXY; 40].join(",");
    let table = [
        (
            detail(&direct(), &head_from(STRANGER, &HeaderMap::new())),
            "198.51.100.9, the connection's peer",
        ),
        (
            detail(
                &direct(),
                &head_from(STRANGER, &forwarded(&["203.0.113.7"])),
            ),
            "198.51.100.9, the connection's peer",
        ),
        (
            detail(&direct(), &head_from(PROXY, &forwarded(&["203.0.113.7"]))),
            "10.0.0.1, the connection's peer",
        ),
        (
            detail(
                &behind_proxies(),
                &head_from(PROXY, &forwarded(&[STRANGER])),
            ),
            "198.51.100.9 in entry 1 from the right of x-forwarded-for, from peer 10.0.0.1",
        ),
        (
            detail(
                &behind_proxies(),
                &head_from(PROXY, &forwarded(&["203.0.113.7, 198.51.100.9", FAR_PROXY])),
            ),
            "198.51.100.9 in entry 2 from the right of x-forwarded-for, from peer 10.0.0.1",
        ),
        (
            detail(&behind_proxies(), &head_from(PROXY, &HeaderMap::new())),
            "10.0.0.1 without x-forwarded-for, the connection's peer",
        ),
        (
            detail(
                &behind_proxies(),
                &head_from(PROXY, &forwarded(&[FAR_PROXY])),
            ),
            "10.0.0.2 in entry 1 from the right of x-forwarded-for, from peer 10.0.0.1",
        ),
        (
            detail(
                &behind_proxies(),
                &head_from(PROXY, &forwarded(&["unknown", FAR_PROXY])),
            ),
            "no address in entry 2 from the right of x-forwarded-for, from peer 10.0.0.1",
        ),
        (
            detail(
                &hidden,
                &head_from(PROXY, &lines("forwarded", ["for=_hidden"])),
            ),
            "no address in entry 1 from the right of forwarded, from peer 10.0.0.1",
        ),
        (
            detail(
                &behind_proxies(),
                &head_from(PROXY, &forwarded(&[&loop_of_proxies])),
            ),
            "too many trusted proxies in entry 32 from the right of x-forwarded-for, from peer 10.0.0.1",
        ),
        (
            detail(&direct(), &head(&HeaderMap::new())),
            "no peer address",
        ),
        (
            detail(&two_hops, &head_from(PROXY, &forwarded(&["203.0.113.7"]))),
            "fewer entries than trusted hops in entry 1 from the right of x-forwarded-for, from peer 10.0.0.1",
        ),
        (
            detail(&two_hops, &head(&HeaderMap::new())),
            "fewer entries than trusted hops without x-forwarded-for",
        ),
        (
            detail(&two_hops, &head(&forwarded(&[STRANGER, "192.0.2.1"]))),
            "198.51.100.9 in entry 2 from the right of x-forwarded-for",
        ),
    ];
    for (detail, text) in table {
        assert_eq!(detail.to_string(), text);
    }
}

#[test]
fn the_facts_can_be_had_one_by_one() {
    let sent = forwarded(&["198.51.100.9, 10.0.0.2"]);
    let found = detail(&behind_proxies(), &head_from(PROXY, &sent));
    assert_eq!(found.kind(), RejectionKind::SourceIpNotAllowed);
    assert_eq!(found.cause(), SourceIpCause::NotAllowed);
    assert_eq!(found.peer(), Some(PROXY.parse().unwrap()));
    assert_eq!(found.address(), Some(STRANGER.parse().unwrap()));
    assert_eq!(found.header().unwrap(), "x-forwarded-for");
    assert_eq!(found.entries_read(), 2);
    assert_eq!(found.hint(), None);

    let unknown = detail(&direct(), &head(&sent));
    assert_eq!(unknown.kind(), RejectionKind::SourceIpUnknown);
    assert_eq!(unknown.cause(), SourceIpCause::PeerUnknown);
    assert_eq!((unknown.peer(), unknown.address()), (None, None));
    assert_eq!((unknown.header(), unknown.entries_read()), (None, 0));
}

#[test]
fn a_hint_names_the_usual_cure() {
    let sent = forwarded(&["203.0.113.7"]);
    for private in [
        "10.0.0.1",
        "192.168.1.1",
        "127.0.0.1",
        "100.64.0.1",
        "::1",
        "fd00::1",
        "fe80::1",
    ] {
        let found = detail(&direct(), &head_from(private, &sent));
        assert_eq!(found.hint(), Some(SourceIpHint::NameTheProxy), "{private}");
        let silent = detail(&direct(), &head_from(private, &HeaderMap::new()));
        assert_eq!(silent.hint(), None, "{private}");
    }
    for public in [STRANGER, "100.128.0.1", "2001:db9::1"] {
        let found = detail(&direct(), &head_from(public, &sent));
        assert_eq!(found.hint(), None, "{public}");
    }

    let forgetful = detail(&behind_proxies(), &head_from(PROXY, &HeaderMap::new()));
    assert_eq!(forgetful.hint(), Some(SourceIpHint::AppendTheHeader));

    let unknown = detail(&direct(), &head(&sent));
    assert_eq!(unknown.hint(), Some(SourceIpHint::GiveThePeer));
}

#[test]
fn a_detail_of_any_header_allocates_nothing() {
    for name in ["x-forwarded-for", "x-real-ip", "x-a-header-of-ones-own"] {
        let receiver = receiver(
            SourceIp::allow(SENDERS)
                .trusted_proxies(PROXIES)
                .forwarded_header(name.parse().unwrap()),
        );
        let parts = head_from(PROXY, &lines(name, [STRANGER]));
        let mut detail = None;
        let measured = allocation_counter::measure(|| {
            detail = receiver.check_head(&parts).unwrap_err().detail().cloned();
        });
        assert!(matches!(detail, Some(RejectionDetail::SourceIp(_))));
        assert_eq!(measured.count_total, 0, "{name}");
    }
}
