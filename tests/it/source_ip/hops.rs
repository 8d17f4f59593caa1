//! A number of trusted proxies, whatever their addresses.

use http::HeaderMap;
use proptest::{collection::vec, prelude::*, sample::select};
use tower_webhook::{Receiver, SourceIp, receiver::ForwardedHeader};

use super::{
    ACCEPTED, NOT_ALLOWED, SENDERS, STRANGER, UNKNOWN, Verdict, head, head_from, lines, receiver,
    verdict,
};

const SENDER: &str = "203.0.113.7";
/// Nobody knows the address of the proxy.
const SOME_PROXY: &str = "169.254.8.129";

fn behind(hops: u8) -> Receiver {
    receiver(SourceIp::allow(SENDERS).trusted_hops(hops))
}

fn of(hops: u8, sent: &[&str]) -> Verdict {
    let headers = lines("x-forwarded-for", sent);
    verdict(&behind(hops), &head_from(SOME_PROXY, &headers))
}

#[test]
fn the_nth_entry_from_the_right_is_the_source() {
    for (hops, sent, expected) in [
        (1, &["203.0.113.7"][..], ACCEPTED),
        (1, &["198.51.100.9"], NOT_ALLOWED),
        (1, &["203.0.113.7, 198.51.100.9"], NOT_ALLOWED),
        (1, &["203.0.113.7", "198.51.100.9"], NOT_ALLOWED),
        (1, &["198.51.100.9, 203.0.113.7"], ACCEPTED),
        (2, &["203.0.113.7, 198.51.100.9"], ACCEPTED),
        (2, &["203.0.113.7", "198.51.100.9"], ACCEPTED),
        (2, &["203.0.113.7, 198.51.100.9, 192.0.2.1"], NOT_ALLOWED),
        (3, &["203.0.113.7, 198.51.100.9, 192.0.2.1"], ACCEPTED),
    ] {
        assert_eq!(of(hops, sent), expected, "{hops} {sent:?}");
    }
}

#[test]
fn fewer_entries_than_hops_are_undecidable() {
    assert_eq!(of(1, &[]), UNKNOWN);
    assert_eq!(of(2, &["203.0.113.7"]), UNKNOWN);
    assert_eq!(of(255, &["203.0.113.7"; 254]), UNKNOWN);
    assert_eq!(of(255, &["203.0.113.7"; 255]), ACCEPTED);
}

#[test]
fn an_entry_up_to_the_source_that_names_no_address_is_undecidable() {
    assert_eq!(of(1, &["unknown"]), UNKNOWN);
    assert_eq!(of(1, &[""]), UNKNOWN);
    assert_eq!(of(2, &["203.0.113.7, unknown"]), UNKNOWN);
    assert_eq!(of(2, &["unknown, 203.0.113.7"]), UNKNOWN);
    assert_eq!(of(1, &["unknown, 203.0.113.7"]), ACCEPTED);
}

#[test]
fn the_peer_is_neither_needed_nor_believed() {
    let named = lines("x-forwarded-for", [SENDER]);
    assert_eq!(verdict(&behind(1), &head(&named)), ACCEPTED);
    let parts = head_from(SENDER, &HeaderMap::new());
    assert_eq!(verdict(&behind(1), &parts), UNKNOWN);
}

#[test]
fn without_hops_the_peer_counts_and_no_header_is_read() {
    let forged = lines("x-forwarded-for", [SENDER]);
    let receiver = behind(0);
    assert_eq!(
        verdict(&receiver, &head_from(STRANGER, &forged)),
        NOT_ALLOWED
    );
    assert_eq!(verdict(&receiver, &head_from(SENDER, &forged)), ACCEPTED);
    assert_eq!(verdict(&receiver, &head(&forged)), UNKNOWN);
}

#[test]
fn hops_are_counted_in_every_header() {
    for (header, sent) in [
        ("forwarded", "for=198.51.100.9, for=203.0.113.7"),
        ("x-real-ip", "203.0.113.7"),
        ("cf-connecting-ip", "203.0.113.7"),
        ("cloudfront-viewer-address", "2001:db8::9:9985"),
    ] {
        let known: ForwardedHeader = header.parse().unwrap();
        let source_ip = SourceIp::allow(SENDERS).trusted_hops(1);
        let receiver = receiver(source_ip.forwarded_header(known));
        let named = lines(header, [sent]);
        assert_eq!(verdict(&receiver, &head(&named)), ACCEPTED, "{header}");
        let other = lines("x-forwarded-for", [SENDER]);
        assert_eq!(verdict(&receiver, &head(&other)), UNKNOWN, "{header}");
    }
}

proptest! {
    #[test]
    fn whatever_a_stranger_writes_on_the_left_changes_nothing(
        forged in vec(select(vec![SENDER, "unknown", "10.0.0.1", "\"", ""]), 0..6),
        source in select(vec![SENDER, STRANGER]),
        proxies in 0..4_u8,
        is_own_line: bool,
    ) {
        let own = std::iter::once(source).chain(std::iter::repeat_n("192.0.2.1", proxies.into()));
        let own: Vec<_> = own.collect();
        let sent = if is_own_line {
            vec![forged.join(", "), own.join(", ")]
        } else {
            vec![[forged, own].concat().join(", ")]
        };
        let headers = lines("x-forwarded-for", sent);
        let got = verdict(&behind(proxies + 1), &head(&headers));
        prop_assert_eq!(got, if source == SENDER { ACCEPTED } else { NOT_ALLOWED });
    }
}
