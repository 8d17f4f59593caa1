//! Published addresses of senders.

/// A published list by its name, for configuration: `svix-eu`, `svix-us`, `svix-us-east`, `svix-au`, `svix-ca` or
/// `svix-in`.
///
/// ```
/// use tower_webhook::{SourceIp, receiver::source_ip};
///
/// let networks = source_ip::preset("svix-eu").expect("a name that exists");
/// let source_ip = SourceIp::allow(networks);
///
/// assert_eq!(source_ip::preset("203.0.113.7"), None);
/// ```
pub fn preset(name: &str) -> Option<&'static [&'static str]> {
    match name {
        "svix-eu" => Some(svix::EU),
        "svix-us" => Some(svix::US),
        "svix-us-east" => Some(svix::US_EAST),
        "svix-au" => Some(svix::AU),
        "svix-ca" => Some(svix::CA),
        "svix-in" => Some(svix::IN),
        _ => None,
    }
}

/// The addresses that Svix sends from, by region, retrieved in July 2026 from
/// <https://docs.svix.com/receiving/source-ips>.
///
/// The region is the sender's, not the receiver's: Voyado's is [`EU`](svix::EU).
///
/// - **Lists drift.** Compare them with the page when deliveries are rejected as
///   [`SourceIpNotAllowed`](crate::RejectionKind::SourceIpNotAllowed). Add what is new with
///   [`SourceIp::also_allow`](crate::SourceIp::also_allow), or give a list of your own to
///   [`SourceIp::allow`](crate::SourceIp::allow) instead.
/// - **All of Svix's customers share them**, and anybody can be one: an allowlist alone is weak. It stands in front of
///   the signature and never in its place.
/// - Svix does not promise static addresses on every price plan of the sender.
pub mod svix {
    /// Europe; Voyado Engage sends from here.
    pub const EU: &[&str] = &[
        "52.215.16.239",
        "54.216.8.72",
        "63.33.109.123",
        "2a05:d028:17:8000::/56",
    ];

    /// United States.
    pub const US: &[&str] = &[
        "44.228.126.217",
        "50.112.21.217",
        "52.24.126.164",
        "54.148.139.208",
        "2600:1f24:64:8000::/56",
    ];

    /// United States, East.
    pub const US_EAST: &[&str] = &["54.164.207.221", "54.90.7.123", "2600:1f28:37:4000::/56"];

    /// Australia (private region).
    pub const AU: &[&str] = &[
        "13.239.204.236",
        "54.66.246.217",
        "54.252.65.96",
        "2406:da2c:13:4000::/56",
    ];

    /// Canada (private region).
    pub const CA: &[&str] = &[
        "52.60.44.49",
        "3.98.68.230",
        "3.96.105.27",
        "2600:1f21:1c:4000::/56",
    ];

    /// India (private region). Only one copy of the page had it: confirm it before relying on it.
    pub const IN: &[&str] = &["13.126.41.108", "15.207.218.84", "65.2.133.31"];
}
