//! Allowlists, trusted proxies and header names as they are configured.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use http::{HeaderMap, HeaderName};
use tower_webhook::{
    Receiver, SourceIp,
    error::ConfigErrorKind,
    receiver::{ForwardedHeader, source_ip::preset},
};

use super::{ACCEPTED, NOT_ALLOWED, head_from, receiver, verdict};
use crate::support::SECRET;

pub(super) fn mistake(source_ip: SourceIp) -> ConfigErrorKind {
    let built = Receiver::builder([SECRET]).source_ip(source_ip).build();
    built.unwrap_err().kind()
}

pub(super) fn is_allowed(networks: &[&str], peer: &str) -> bool {
    let parts = head_from(peer, &HeaderMap::new());
    verdict(&receiver(SourceIp::allow(networks)), &parts) == ACCEPTED
}

#[test]
fn a_text_that_is_no_address_and_no_network_is_a_mistake() {
    let wrong = [
        "",
        "/",
        "/8",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/08",
        "10.0.0.0/8/8",
        "10.0.0.0 /8",
        "10.0.0.0/255.0.0.0",
        "10.0.0",
        "10.0.0.0.0",
        "010.0.0.0/8",
        "10.0.0.0:443",
        "10.0.0.0-10.0.0.9",
        "10.*",
        "2001:db8::/129",
        "[2001:db8::]",
        "fe80::1%eth0",
        "localhost",
        "svix-eu",
        "unknown",
        "10.0.0.0/8,10.0.0.0/8",
        "::ffff:10.0.0.0/8",
        "::ffff:10.0.0.0/95",
    ];
    for text in wrong {
        let good = "203.0.113.7";
        for source_ip in [
            SourceIp::allow([text]),
            SourceIp::allow([good, text]),
            SourceIp::allow([good]).also_allow([text]),
            SourceIp::allow([text]).also_allow([good]),
            SourceIp::allow([good]).trusted_proxies([text]),
        ] {
            assert_eq!(
                mistake(source_ip),
                ConfigErrorKind::InvalidNetwork,
                "{text}"
            );
        }
    }
}

#[test]
fn an_empty_allowlist_is_a_mistake() {
    let none: [&str; 0] = [];
    assert_eq!(
        mistake(SourceIp::allow(none)),
        ConfigErrorKind::EmptyAllowlist
    );
    let with_proxies = SourceIp::allow(none).trusted_proxies(["10.0.0.0/8"]);
    assert_eq!(mistake(with_proxies), ConfigErrorKind::EmptyAllowlist);
}

#[test]
fn addresses_and_networks_of_both_families_are_allowed_to_their_edges() {
    let networks = ["203.0.113.7", "10.16.0.0/12", "2001:db8::7", "fd00:1::/32"];
    for inside in [
        "203.0.113.7",
        "10.16.0.0",
        "10.31.255.255",
        "2001:db8::7",
        "fd00:1::",
        "fd00:1:ffff:ffff:ffff:ffff:ffff:ffff",
    ] {
        assert!(is_allowed(&networks, inside), "{inside}");
    }
    for outside in [
        "203.0.113.6",
        "203.0.113.8",
        "10.15.255.255",
        "10.32.0.0",
        "2001:db8::6",
        "2001:db8::8",
        "fd00::",
        "fd00:2::",
        "0.0.0.0",
        "255.255.255.255",
        "::",
        "::1",
    ] {
        assert!(!is_allowed(&networks, outside), "{outside}");
    }
}

#[test]
fn networks_that_touch_overlap_or_repeat_are_merged_and_lose_nothing() {
    let networks = [
        "10.0.1.0/24",
        "10.0.0.0/24",
        "10.0.0.0/24",
        "10.0.0.7",
        "10.0.0.0/16",
        "255.255.255.255",
        "255.255.255.254",
        "0.0.0.0",
    ];
    for inside in [
        "10.0.0.7",
        "10.0.255.255",
        "255.255.255.254",
        "255.255.255.255",
        "0.0.0.0",
    ] {
        assert!(is_allowed(&networks, inside), "{inside}");
    }
    for outside in ["10.1.0.0", "9.255.255.255", "0.0.0.1", "255.255.255.253"] {
        assert!(!is_allowed(&networks, outside), "{outside}");
    }
}

#[test]
fn white_space_around_and_bits_behind_the_prefix_do_not_count() {
    assert!(is_allowed(&[" 10.0.0.0/8\t"], "10.1.2.3"));
    assert!(is_allowed(&["10.1.2.3/8"], "10.9.9.9"));
    assert!(is_allowed(&["2001:db8::7/32"], "2001:db8:ffff::"));
}

#[test]
fn ipv4_written_as_ipv6_is_ipv4() {
    assert!(is_allowed(&["::ffff:203.0.113.7"], "203.0.113.7"));
    assert!(is_allowed(&["::ffff:10.0.0.0/104"], "10.9.9.9"));
    assert!(!is_allowed(&["::ffff:10.0.0.0/104"], "11.0.0.0"));
    assert!(is_allowed(&["203.0.113.7"], "::ffff:203.0.113.7"));
    assert!(is_allowed(&["::ffff:0.0.0.0/96"], "198.51.100.9"));
}

#[test]
fn all_of_one_family_does_not_allow_the_other() {
    assert!(is_allowed(&["::/0"], "2001:db8::7"));
    assert!(!is_allowed(&["::/0"], "203.0.113.7"));
    assert!(!is_allowed(&["::/0"], "::ffff:203.0.113.7"));
    assert!(!is_allowed(&["0.0.0.0/0"], "2001:db8::7"));
}

#[test]
fn networks_can_be_added_and_given_as_any_text() {
    let (text, texts) = (String::from("192.0.2.4"), vec![String::from("192.0.2.5")]);
    let array = &["192.0.2.6"];
    let source_ip = SourceIp::allow(vec![String::from("203.0.113.7")])
        .also_allow(["198.51.100.9"].as_slice())
        .also_allow("10.0.0.0/8, fd00::/8".split(','))
        .also_allow("192.0.2.1")
        .also_allow(String::from("192.0.2.2"))
        .also_allow(&text)
        .also_allow(&texts)
        .also_allow(array)
        .also_allow(BTreeSet::from(["192.0.2.7"]))
        .also_allow(preset("svix-eu").unwrap())
        .also_allow(texts.iter().map(|_| Cow::Borrowed("192.0.2.8")))
        .also_allow(Some("192.0.2.3"));
    let receiver = receiver(source_ip);
    let allowed = [
        "203.0.113.7",
        "198.51.100.9",
        "10.1.2.3",
        "fd00::1",
        "52.215.16.239",
    ];
    let added = (1..=8).map(|last| format!("192.0.2.{last}"));
    for peer in allowed.map(String::from).into_iter().chain(added) {
        let parts = head_from(&peer, &HeaderMap::new());
        assert_eq!(verdict(&receiver, &parts), ACCEPTED, "{peer}");
    }
}

#[test]
fn addresses_can_be_given_as_what_they_are() {
    let (v4, v6) = (Ipv4Addr::new(203, 0, 113, 7), Ipv6Addr::LOCALHOST);
    let mapped = Ipv4Addr::new(192, 0, 2, 1).to_ipv6_mapped();
    let source_ip = SourceIp::allow(v4)
        .also_allow(v6)
        .also_allow(IpAddr::V6(mapped))
        .also_allow([Ipv4Addr::new(192, 0, 2, 2)])
        .also_allow(vec![IpAddr::from([192, 0, 2, 3])]);
    let receiver = receiver(source_ip);
    for peer in ["203.0.113.7", "::1", "192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        let parts = head_from(peer, &HeaderMap::new());
        assert_eq!(verdict(&receiver, &parts), ACCEPTED, "{peer}");
    }
    for peer in ["203.0.113.8", "::2", "192.0.2.4"] {
        let parts = head_from(peer, &HeaderMap::new());
        assert_eq!(verdict(&receiver, &parts), NOT_ALLOWED, "{peer}");
    }
}

#[test]
fn a_forwarded_header_is_named_in_any_case() {
    let nginxs = HeaderName::from_static("x-real-ip");
    for (text, expected) in [
        ("x-forwarded-for", ForwardedHeader::XForwardedFor),
        ("X-Forwarded-For", ForwardedHeader::XForwardedFor),
        ("Forwarded", ForwardedHeader::Forwarded),
        ("CF-Connecting-IP", ForwardedHeader::CfConnectingIp),
        (
            "CloudFront-Viewer-Address",
            ForwardedHeader::CloudfrontViewerAddress,
        ),
        ("X-Real-IP", ForwardedHeader::Other(nginxs)),
    ] {
        let parsed: ForwardedHeader = text.parse().unwrap();
        assert_eq!(parsed, expected);
        assert_eq!(parsed.name().as_str(), text.to_lowercase());
    }
}

#[test]
fn a_name_that_no_header_can_have_is_a_mistake() {
    for text in [
        "",
        "x forwarded for",
        "x-forwarded-for:",
        "x-real-ip,forwarded",
        "ä",
    ] {
        let error = text.parse::<ForwardedHeader>().unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::InvalidHeaderName, "{text}");
    }
}

#[test]
fn debug_shows_the_networks() {
    let source_ip = SourceIp::allow(["203.0.113.0/24"]).trusted_proxies(["10.0.0.0/8"]);
    let shown = format!("{source_ip:?}");
    assert!(
        shown.contains("203.0.113.0/24") && shown.contains("10.0.0.0/8"),
        "{shown}"
    );
}
