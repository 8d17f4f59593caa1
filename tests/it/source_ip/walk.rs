//! Which address counts, whatever the header's syntax.

use http::HeaderMap;
use tower_webhook::{SourceIp, receiver::ForwardedHeader};

use super::{
    ACCEPTED, NOT_ALLOWED, PROXIES, PROXY, SENDERS, STRANGER, UNKNOWN, behind_proxies, head_from,
    lines, receiver, verdict,
};

const SENDER: &str = "203.0.113.7";
/// Most hops that are walked.
const MAX_HOPS: usize = 32;

#[test]
fn without_trusted_proxies_the_peer_counts_and_no_header_is_read() {
    let receiver = receiver(SourceIp::allow(SENDERS));
    for (peer, other, expected) in [
        (SENDER, STRANGER, ACCEPTED),
        (STRANGER, SENDER, NOT_ALLOWED),
        (SENDER, "unknown", ACCEPTED),
    ] {
        let mut headers = lines("x-forwarded-for", [other]);
        headers.extend(lines("forwarded", [format!("for={other}")]));
        headers.extend(lines("x-real-ip", [other]));
        assert_eq!(verdict(&receiver, &head_from(peer, &headers)), expected);
    }
}

#[test]
fn a_peer_that_is_no_trusted_proxy_cannot_speak_for_another() {
    let receiver = behind_proxies(ForwardedHeader::XForwardedFor);
    let forged = lines("x-forwarded-for", [SENDER]);
    assert_eq!(
        verdict(&receiver, &head_from(STRANGER, &forged)),
        NOT_ALLOWED
    );
    let garbage = lines("x-forwarded-for", ["garbage"]);
    assert_eq!(verdict(&receiver, &head_from(SENDER, &garbage)), ACCEPTED);
}

#[test]
fn only_the_header_that_was_named_is_read() {
    let forwarded = lines("forwarded", ["for=203.0.113.7"]);
    let x_forwarded_for = lines("x-forwarded-for", [SENDER]);
    let x_real_ip = lines("x-real-ip", [SENDER]);
    for (named, forged) in [
        ("x-forwarded-for", [&forwarded, &x_real_ip]),
        ("forwarded", [&x_forwarded_for, &x_real_ip]),
        ("x-real-ip", [&x_forwarded_for, &forwarded]),
    ] {
        let receiver = behind_proxies(named.parse().unwrap());
        for headers in forged {
            let missing = verdict(&receiver, &head_from(PROXY, headers));
            assert_eq!(missing, NOT_ALLOWED, "{named}: {headers:?}");
        }
    }
}

#[test]
fn x_forwarded_for_is_the_header_by_default() {
    let receiver = receiver(SourceIp::allow(SENDERS).trusted_proxies(PROXIES));
    let headers = lines("x-forwarded-for", [SENDER]);
    assert_eq!(verdict(&receiver, &head_from(PROXY, &headers)), ACCEPTED);
}

#[test]
fn a_proxy_behind_which_nobody_stands_is_the_source_and_passes_if_it_is_allowed() {
    let allowed = ["10.0.0.2"];
    let receiver = receiver(SourceIp::allow(allowed).trusted_proxies(PROXIES));
    let of =
        |peer, sent: &[&str]| verdict(&receiver, &head_from(peer, &lines("x-forwarded-for", sent)));
    assert_eq!(of("10.0.0.2", &[]), ACCEPTED);
    assert_eq!(of("10.0.0.1", &[]), NOT_ALLOWED);
    assert_eq!(of("10.0.0.1", &["10.0.0.2"]), ACCEPTED);
    assert_eq!(of("10.0.0.2", &["10.0.0.1"]), NOT_ALLOWED);
    assert_eq!(of("10.0.0.2", &["10.0.0.2, 198.51.100.9"]), NOT_ALLOWED);
}

#[test]
fn a_list_of_proxies_without_end_is_not_walked_to_its_end() {
    let receiver = receiver(SourceIp::allow([SENDER, PROXY]).trusted_proxies(PROXIES));
    let behind = |source: &str, proxies: usize| {
        let list = format!("{source}{}", ", 10.0.0.1".repeat(proxies));
        verdict(
            &receiver,
            &head_from(PROXY, &lines("x-forwarded-for", [list])),
        )
    };
    assert_eq!(behind(SENDER, MAX_HOPS - 1), ACCEPTED);
    assert_eq!(behind(SENDER, MAX_HOPS), UNKNOWN);
    assert_eq!(behind(PROXY, MAX_HOPS - 1), ACCEPTED);
    assert_eq!(behind(PROXY, MAX_HOPS), UNKNOWN);
    assert_eq!(behind(PROXY, 10_000), UNKNOWN);
}

#[test]
fn a_long_list_left_of_the_source_does_not_matter() {
    let receiver = behind_proxies(ForwardedHeader::XForwardedFor);
    let list = format!("{}{SENDER}", "10.0.0.1, ".repeat(10_000));
    let headers = lines("x-forwarded-for", [list]);
    assert_eq!(verdict(&receiver, &head_from(PROXY, &headers)), ACCEPTED);
}

#[test]
fn bytes_that_are_no_text_are_undecidable() {
    for (header, line) in [
        (ForwardedHeader::XForwardedFor, &b"203.0.113.7\xff"[..]),
        (ForwardedHeader::Forwarded, b"for=203.0.113.7;host=\xff"),
        (ForwardedHeader::Forwarded, b"for=\"203.0.113.7\xff\""),
    ] {
        let headers = lines(header.name().as_str(), [line]);
        let receiver = behind_proxies(header);
        assert_eq!(verdict(&receiver, &head_from(PROXY, &headers)), UNKNOWN);
    }
}

#[test]
fn deciding_allocates_nothing_whatever_comes_of_it() {
    let quoted = "for=\"[2001:db8::\\7]:443\";host=\"a,b\", for=10.0.0.2";
    for (header, line, expected) in [
        (
            ForwardedHeader::XForwardedFor,
            "203.0.113.7, 10.0.0.2",
            ACCEPTED,
        ),
        (ForwardedHeader::XForwardedFor, STRANGER, NOT_ALLOWED),
        (ForwardedHeader::XForwardedFor, "garbage", UNKNOWN),
        (ForwardedHeader::Forwarded, quoted, ACCEPTED),
        (ForwardedHeader::Forwarded, "for=198.51.100.9", NOT_ALLOWED),
        (ForwardedHeader::Forwarded, "for=_hidden", UNKNOWN),
    ] {
        let headers: HeaderMap = lines(header.name().as_str(), [line]);
        let receiver = behind_proxies(header);
        let parts = head_from(PROXY, &headers);
        let mut decided = None;
        let measured = allocation_counter::measure(|| decided = Some(verdict(&receiver, &parts)));
        assert_eq!(
            (decided, measured.count_total),
            (Some(expected), 0),
            "{line}"
        );
    }
}
