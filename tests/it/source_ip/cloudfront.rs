//! `cloudfront-viewer-address`: an address and a port, IPv6 without brackets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use tower_webhook::{SourceIp, receiver::ForwardedHeader};

use super::{ACCEPTED, NOT_ALLOWED, PROXY, Row, UNKNOWN, check_rows, head_from, lines, receiver};
use crate::source_ip::verdict;

const HEADER: ForwardedHeader = ForwardedHeader::CloudfrontViewerAddress;

const ROWS: &[Row] = &[
    ("IPv4", &["203.0.113.7:9985"], ACCEPTED),
    (
        "IPv6 as CloudFront writes it",
        &["2001:db8::9:9985"],
        ACCEPTED,
    ),
    (
        "IPv6 that ends in two colons",
        &["2001:db8:::443"],
        ACCEPTED,
    ),
    ("IPv6 in full", &["2001:db8:0:0:0:0:0:9:65535"], ACCEPTED),
    ("IPv6 in brackets", &["[2001:db8::9]:9985"], ACCEPTED),
    (
        "IPv4 written as IPv6",
        &["::ffff:203.0.113.7:443"],
        ACCEPTED,
    ),
    ("white space around", &[" 203.0.113.7:9985\t"], ACCEPTED),
    ("a stranger", &["198.51.100.9:9985"], NOT_ALLOWED),
    ("a stranger on IPv6", &["2001:db9::9:9985"], NOT_ALLOWED),
    (
        "a stranger, for a reader that takes the port for a part of the address",
        &["2001:db9::2001:db8:0:7"],
        NOT_ALLOWED,
    ),
    ("without a port", &["203.0.113.7"], UNKNOWN),
    ("IPv6 without a port", &["2001:db8::"], UNKNOWN),
    (
        "IPv6 in brackets without a port",
        &["[2001:db8::9]"],
        UNKNOWN,
    ),
    ("an empty port", &["203.0.113.7:"], UNKNOWN),
    ("a port that is none", &["203.0.113.7:65536"], UNKNOWN),
    ("a port in hexadecimal", &["2001:db8::9:ab"], UNKNOWN),
    ("a port with a sign", &["203.0.113.7:+443"], UNKNOWN),
    ("two ports", &["203.0.113.7:1:2"], UNKNOWN),
    ("two ports and brackets", &["[2001:db8::9]:1:2"], UNKNOWN),
    ("a zone", &["fe80::1%eth0:443"], UNKNOWN),
    ("no address", &["unknown:443"], UNKNOWN),
    ("empty", &[""], UNKNOWN),
    ("the header is missing", &[], NOT_ALLOWED),
    (
        "the rightmost of several",
        &["203.0.113.7:1, 198.51.100.9:2"],
        NOT_ALLOWED,
    ),
];

#[test]
fn the_last_colon_is_the_ports() {
    check_rows(&HEADER, ROWS);
}

#[test]
fn x_forwarded_for_takes_the_same_text_for_an_address_without_a_port() {
    let whole = "2001:db8::9:9985";
    let headers = lines("x-forwarded-for", [whole]);
    for (allowed, expected) in [(whole, ACCEPTED), ("2001:db8::9", NOT_ALLOWED)] {
        let receiver = receiver(SourceIp::allow(allowed).trusted_proxies(PROXY));
        assert_eq!(verdict(&receiver, &head_from(PROXY, &headers)), expected);
    }
}

proptest! {
    #[test]
    fn an_address_is_read_back_from_cloudfronts_spelling(bits: u128, v4: bool, port: u16) {
        let address = if v4 {
            IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(bits >> 96).unwrap()))
        } else {
            IpAddr::V6(Ipv6Addr::from_bits(bits))
        };
        prop_assume!(address.to_canonical() != PROXY.parse::<IpAddr>().unwrap());
        let source_ip = SourceIp::allow(address.to_string()).trusted_proxies(PROXY);
        let receiver = receiver(source_ip.forwarded_header(HEADER));
        let headers = lines("cloudfront-viewer-address", [format!("{address}:{port}")]);
        prop_assert_eq!(verdict(&receiver, &head_from(PROXY, &headers)), ACCEPTED);
    }
}
