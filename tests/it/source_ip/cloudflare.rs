//! `cf-connecting-ip`, and `cf-connecting-ipv6` where Pseudo IPv4 overwrites the first.

use http::{HeaderMap, HeaderName};
use tower_webhook::receiver::ForwardedHeader;

use super::{
    ACCEPTED, NOT_ALLOWED, PROXY, Row, UNKNOWN, Verdict, behind_proxies, check_rows, head_from,
    lines, verdict,
};

const ALONE: &[Row] = &[
    ("the sender", &["203.0.113.7"], ACCEPTED),
    ("the sender on IPv6", &["2001:db8::7"], ACCEPTED),
    ("a stranger", &["198.51.100.9"], NOT_ALLOWED),
    (
        "a pseudo address without the real one",
        &["240.16.0.1"],
        UNKNOWN,
    ),
    ("the last pseudo address", &["255.255.255.254"], UNKNOWN),
    (
        "the last address that is none",
        &["239.255.255.255"],
        NOT_ALLOWED,
    ),
    ("the header is missing", &[], NOT_ALLOWED),
    ("no address", &["unknown"], UNKNOWN),
];

/// What `cf-connecting-ip` has, what the lines of `cf-connecting-ipv6` have, and what comes of it.
const BOTH: &[(&str, &[&str], Verdict)] = &[
    ("240.16.0.1", &["2001:db8::7"], ACCEPTED),
    ("240.16.0.1", &[" 2001:DB8::7 "], ACCEPTED),
    ("240.16.0.1", &["2001:db9::7"], NOT_ALLOWED),
    // Not from Cloudflare: it writes one IPv6 address.
    ("240.16.0.1", &["203.0.113.7"], UNKNOWN),
    ("240.16.0.1", &["2001:db8::7, 2001:db8::8"], UNKNOWN),
    ("240.16.0.1", &["2001:db8::7", "2001:db8::7"], UNKNOWN),
    ("240.16.0.1", &["[2001:db8::7]"], UNKNOWN),
    ("240.16.0.1", &[""], UNKNOWN),
    // A stranger sends the second header along, and Cloudflare passes it on.
    ("198.51.100.9", &["2001:db8::7"], NOT_ALLOWED),
    ("2001:db9::7", &["2001:db8::7"], NOT_ALLOWED),
    ("unknown", &["2001:db8::7"], UNKNOWN),
    ("203.0.113.7", &["2001:db9::7"], ACCEPTED),
];

#[test]
fn the_address_is_cloudflares_word() {
    check_rows(&ForwardedHeader::CfConnectingIp, ALONE);
}

#[test]
fn the_second_header_counts_only_beside_a_pseudo_address() {
    let by_name = ForwardedHeader::Other(HeaderName::from_static("cf-connecting-ip"));
    for header in [ForwardedHeader::CfConnectingIp, by_name] {
        let receiver = behind_proxies(header);
        for (first, second, expected) in BOTH {
            let mut headers: HeaderMap = lines("cf-connecting-ip", [first]);
            headers.extend(lines("cf-connecting-ipv6", *second));
            let got = verdict(&receiver, &head_from(PROXY, &headers));
            assert_eq!(got, *expected, "{first} {second:?}");
        }
    }
}

#[test]
fn the_second_header_alone_says_nothing() {
    let receiver = behind_proxies(ForwardedHeader::CfConnectingIp);
    let headers = lines("cf-connecting-ipv6", ["2001:db8::7"]);
    assert_eq!(verdict(&receiver, &head_from(PROXY, &headers)), NOT_ALLOWED);
}
