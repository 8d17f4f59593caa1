//! Trusted proxies as they are configured.

use http::HeaderMap;
use tower_webhook::{Receiver, SourceIp, error::ConfigErrorKind};

use super::{
    ACCEPTED, NOT_ALLOWED,
    configuration::{is_allowed, mistake},
    head_from, lines, receiver, verdict,
};
use crate::support::SECRET;

#[test]
fn everybody_may_be_allowed_and_never_be_a_trusted_proxy() {
    assert!(is_allowed(&["0.0.0.0/0"], "198.51.100.9"));
    let everybody = [
        vec!["0.0.0.0/0"],
        vec!["::/0"],
        vec!["::ffff:0.0.0.0/96"],
        vec!["10.0.0.0/8", "0.0.0.0/1", "128.0.0.0/1"],
    ];
    for networks in everybody {
        let source_ip = SourceIp::allow(["203.0.113.7"]).trusted_proxies(&networks);
        let kind = mistake(source_ip);
        assert_eq!(kind, ConfigErrorKind::TrustedProxiesTooWide, "{networks:?}");
    }
}

#[test]
fn half_of_a_family_or_of_the_public_ipv6_addresses_is_no_trusted_proxy_either() {
    let too_wide = [
        (vec!["0.0.0.0/1"], "0.0.0.0/1"),
        (vec!["128.0.0.0/1"], "128.0.0.0/1"),
        (
            vec!["10.0.0.0/8", "64.0.0.0/2", "192.0.0.0/2"],
            "64.0.0.0/2",
        ),
        (vec!["::ffff:128.0.0.0/97"], "128.0.0.0/1"),
        (vec!["8000::/1"], "8000::/1"),
        (vec!["2000::/3"], "2000::/3"),
        (vec!["2000::/2"], "::/2"),
        (vec!["3000::/4", "10.0.0.0/8"], "3000::/4"),
        (vec!["2000::/5", "3800::/5"], "2000::/5"),
        (vec!["10.0.0.0/8", "0.0.0.0/0", "2000::/3"], "0.0.0.0/0"),
    ];
    for (networks, widest) in too_wide {
        let source_ip = SourceIp::allow("203.0.113.7").trusted_proxies(&networks);
        let built = Receiver::builder([SECRET]).source_ip(source_ip).build();
        let error = built.unwrap_err();
        let kind = ConfigErrorKind::TrustedProxiesTooWide;
        assert_eq!((error.kind(), error.culprit()), (kind, Some(widest)));
    }
    let wide_enough = [
        vec!["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.1"],
        vec!["64.0.0.0/2"],
        vec!["0.0.0.0/2", "64.0.0.0/3", "96.0.0.0/4"],
        vec!["fc00::/7", "fe80::/10", "::1"],
        vec!["2000::/5"],
        vec!["4000::/2"],
    ];
    for networks in wide_enough {
        let source_ip = SourceIp::allow("203.0.113.7").trusted_proxies(&networks);
        let built = Receiver::builder([SECRET]).source_ip(source_ip).build();
        assert_eq!(built.err(), None, "{networks:?}");
    }
}

#[test]
fn trusted_proxies_are_given_by_their_addresses_or_by_their_number() {
    let both = SourceIp::allow("203.0.113.7").trusted_hops(1);
    let both = both.trusted_proxies("10.0.0.1");
    assert_eq!(mistake(both), ConfigErrorKind::TrustedHopsBesideProxies);

    let none: [&str; 0] = [];
    let by_number = SourceIp::allow("203.0.113.7").trusted_hops(1);
    let headers = lines("x-forwarded-for", ["203.0.113.7"]);
    let parts = head_from("10.0.0.1", &headers);
    let receiver = receiver(by_number.trusted_proxies(none));
    assert_eq!(verdict(&receiver, &parts), ACCEPTED);
}

#[test]
fn trusted_proxies_are_replaced_by_a_second_call() {
    let receiver = receiver(
        SourceIp::allow(["203.0.113.7"])
            .trusted_proxies(["10.0.0.1"])
            .trusted_proxies(["10.0.0.2"]),
    );
    let headers = lines("x-forwarded-for", ["203.0.113.7"]);
    assert_eq!(
        verdict(&receiver, &head_from("10.0.0.1", &headers)),
        NOT_ALLOWED
    );
    assert_eq!(
        verdict(&receiver, &head_from("10.0.0.2", &headers)),
        ACCEPTED
    );
}

#[test]
fn no_trusted_proxies_can_be_said_explicitly() {
    let none: [&str; 0] = [];
    let receiver = receiver(SourceIp::allow(["203.0.113.7"]).trusted_proxies(none));
    let parts = head_from("203.0.113.7", &HeaderMap::new());
    assert_eq!(verdict(&receiver, &parts), ACCEPTED);
}
