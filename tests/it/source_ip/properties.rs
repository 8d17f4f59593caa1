//! What holds for every list, not only for those that somebody thought of.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::{HeaderMap, HeaderValue};
use ipnet::IpNet;
use proptest::{collection::vec, prelude::*, sample::select};
use tower_webhook::{SourceIp, receiver::ForwardedHeader};

use super::{
    ACCEPTED, NOT_ALLOWED, PROXY, STRANGER, UNKNOWN, behind_proxies, head_from, lines, receiver,
    verdict,
};

const SENDER: &str = "203.0.113.7";

fn header() -> impl Strategy<Value = ForwardedHeader> {
    select(vec![
        ForwardedHeader::XForwardedFor,
        ForwardedHeader::Forwarded,
        ForwardedHeader::CfConnectingIp,
        ForwardedHeader::CloudfrontViewerAddress,
    ])
}

/// An entry that names an address.
fn entry(header: &ForwardedHeader, address: &str) -> String {
    match header {
        ForwardedHeader::Forwarded => format!("host=\"a,b\";for=\"{address}\""),
        ForwardedHeader::CloudfrontViewerAddress => format!("{address}:49152"),
        _ => address.to_owned(),
    }
}

/// Anything that a stranger can put into a header.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let forged =
        b"203.0.113.7 10.0.0.1 [2001:db8::1]:443 for=;,,;=\"\"\\\\\t%_unknown\xff".to_vec();
    let bytes = prop_oneof![4 => select(forged), 1 => any::<u8>()];
    vec(bytes, 0..80).prop_filter("no header", |value| HeaderValue::from_bytes(value).is_ok())
}

/// Addresses that a stranger would like to be taken for.
fn claims() -> impl Strategy<Value = Vec<&'static str>> {
    vec(
        select(vec![SENDER, "10.0.0.2", "203.0.113.9", STRANGER]),
        0..6,
    )
}

proptest! {
    #[test]
    fn the_leftmost_entry_is_not_believed_if_a_stranger_stands_to_its_right(
        header in header(),
        claims in claims(),
        proxies in 0..6_usize,
        breaks in vec(any::<bool>(), 12),
    ) {
        let list = [SENDER].into_iter().chain(claims).chain([STRANGER]);
        let list = list.chain(std::iter::repeat_n("10.0.0.2", proxies));
        let mut sent: Vec<String> = Vec::new();
        for (address, starts_line) in list.zip(breaks.into_iter().chain(std::iter::repeat(false))) {
            match sent.last_mut() {
                Some(line) if !starts_line => {
                    line.push_str(", ");
                    line.push_str(&entry(&header, address));
                }
                _ => sent.push(entry(&header, address)),
            }
        }
        let headers = lines(header.name().as_str(), sent);
        let got = verdict(&behind_proxies(header), &head_from(PROXY, &headers));
        prop_assert_eq!(got, NOT_ALLOWED);
    }

    #[test]
    fn whatever_is_written_on_the_left_changes_nothing_once_the_source_is_to_its_right(
        header in header(),
        forged in vec(value(), 0..3),
        prefix in value(),
        source in select(vec![SENDER, STRANGER, "unknown"]),
        proxies in 0..4_usize,
    ) {
        let mut own = entry(&header, source);
        for _ in 0..proxies {
            own.push_str(", ");
            own.push_str(&entry(&header, "10.0.0.2"));
        }
        let name = header.name();
        let receiver = behind_proxies(header);
        let alone = lines(name.as_str(), [own.as_bytes()]);
        let alone = verdict(&receiver, &head_from(PROXY, &alone));

        let last = [&prefix, &b","[..], own.as_bytes()].concat();
        let forged = lines(name.as_str(), forged.into_iter().chain([last]));
        prop_assert_eq!(verdict(&receiver, &head_from(PROXY, &forged)), alone);
        let expected = match source {
            SENDER => ACCEPTED,
            STRANGER => NOT_ALLOWED,
            _ => UNKNOWN,
        };
        prop_assert_eq!(alone, expected);
    }

    #[test]
    fn no_header_makes_it_panic_and_none_from_a_stranger_lets_it_in(
        header in header(),
        sent in vec(value(), 0..4),
    ) {
        let headers = lines(header.name().as_str(), sent);
        let receiver = behind_proxies(header);
        let _ = verdict(&receiver, &head_from(PROXY, &headers));
        prop_assert_eq!(verdict(&receiver, &head_from(STRANGER, &headers)), NOT_ALLOWED);
    }

    #[test]
    fn an_address_is_read_back_from_every_spelling(bits in any::<u128>(), v4: bool, port: u16) {
        let address = if v4 {
            IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(bits >> 96).unwrap()))
        } else {
            IpAddr::V6(Ipv6Addr::from_bits(bits))
        };
        prop_assume!(!is_proxy(address));
        let host = match address {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => format!("[{v6}]"),
        };
        for (header, line) in [
            (ForwardedHeader::XForwardedFor, address.to_string()),
            (ForwardedHeader::XForwardedFor, host.clone()),
            (ForwardedHeader::XForwardedFor, format!("{host}:{port}")),
            (ForwardedHeader::Forwarded, format!("for=\"{host}\"")),
            (ForwardedHeader::Forwarded, format!("for=\"{host}:{port}\";by=_x")),
        ] {
            let headers = lines(header.name().as_str(), [line]);
            let receiver = receiver(
                SourceIp::allow([address.to_string()])
                    .trusted_proxies([PROXY])
                    .forwarded_header(header),
            );
            prop_assert_eq!(verdict(&receiver, &head_from(PROXY, &headers)), ACCEPTED);
        }
    }

    #[test]
    fn an_allowlist_lets_in_what_one_of_its_networks_contains_and_nothing_else(
        networks in vec(small_network(), 1..12),
        peer in small_address(),
    ) {
        let receiver = receiver(SourceIp::allow(networks.iter().map(IpNet::to_string)));
        let got = verdict(&receiver, &head_from(&peer.to_string(), &HeaderMap::new()));
        let contained = networks.iter().any(|network| network.contains(&peer));
        prop_assert_eq!(got, if contained { ACCEPTED } else { NOT_ALLOWED });
    }
}

fn is_proxy(address: IpAddr) -> bool {
    address.to_canonical() == PROXY.parse::<IpAddr>().unwrap()
}

/// Addresses so close to each other that networks of them overlap and touch.
fn small_address() -> impl Strategy<Value = IpAddr> {
    (any::<u8>(), any::<bool>()).prop_map(|(last, v4)| {
        if v4 {
            IpAddr::from([203, 0, 113, last])
        } else {
            IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, u16::from(last)])
        }
    })
}

fn small_network() -> impl Strategy<Value = IpNet> {
    (small_address(), 0..=8_u8).prop_map(|(address, host_bits)| {
        let full = if address.is_ipv4() { 32 } else { 128 };
        IpNet::new(address, full - host_bits).unwrap()
    })
}
