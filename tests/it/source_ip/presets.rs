//! Svix's published addresses.

use http::HeaderMap;
use tower_webhook::{
    SourceIp,
    receiver::source_ip::{preset, svix},
};

use super::{ACCEPTED, NOT_ALLOWED, head_from, receiver, verdict};

const NAMES: [&str; 6] = [
    "svix-eu",
    "svix-us",
    "svix-us-east",
    "svix-au",
    "svix-ca",
    "svix-in",
];

#[test]
fn every_preset_is_an_allowlist_and_none_lets_in_the_addresses_of_another() {
    for name in NAMES {
        let receiver = receiver(SourceIp::allow(preset(name).unwrap()));
        for other in NAMES {
            for entry in preset(other).unwrap() {
                let address = entry.split('/').next().unwrap();
                let got = verdict(&receiver, &head_from(address, &HeaderMap::new()));
                let expected = if other == name { ACCEPTED } else { NOT_ALLOWED };
                assert_eq!(got, expected, "{entry} of {other} at {name}");
            }
        }
    }
}

#[test]
fn presets_have_the_names_that_configuration_uses() {
    let lists = [
        svix::EU,
        svix::US,
        svix::US_EAST,
        svix::AU,
        svix::CA,
        svix::IN,
    ];
    for (name, list) in NAMES.into_iter().zip(lists) {
        assert_eq!(preset(name), Some(list));
    }
    for unknown in ["", "eu", "svix", "SVIX-EU", "svix-eu ", "203.0.113.7"] {
        assert_eq!(preset(unknown), None, "{unknown}");
    }
}

#[test]
fn voyados_region_has_the_addresses_that_svix_published() {
    let receiver = receiver(SourceIp::allow(svix::EU));
    for (peer, expected) in [
        ("52.215.16.239", ACCEPTED),
        ("54.216.8.72", ACCEPTED),
        ("63.33.109.123", ACCEPTED),
        ("2a05:d028:17:8000::1", ACCEPTED),
        ("2a05:d028:17:80ff:ffff:ffff:ffff:ffff", ACCEPTED),
        ("2a05:d028:17:8100::", NOT_ALLOWED),
        ("52.215.16.240", NOT_ALLOWED),
    ] {
        let got = verdict(&receiver, &head_from(peer, &HeaderMap::new()));
        assert_eq!(got, expected, "{peer}");
    }
}

#[test]
fn a_preset_can_be_added_to() {
    let receiver = receiver(SourceIp::allow(svix::EU).also_allow(["203.0.113.7"]));
    for peer in ["52.215.16.239", "203.0.113.7"] {
        let got = verdict(&receiver, &head_from(peer, &HeaderMap::new()));
        assert_eq!(got, ACCEPTED, "{peer}");
    }
}
