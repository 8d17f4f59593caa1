//! Networks as ranges of numbers.

use std::{net::IpAddr, ops::RangeInclusive};

/// All addresses of one family between two.
#[derive(Clone, Debug)]
pub struct Network {
    is_v6: bool,
    range: RangeInclusive<u128>,
}

impl Network {
    /// Reads an address or a network; IPv4 that is written as IPv6 is IPv4.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches(|character: char| character.is_ascii_whitespace());
        let (address, len) = match text.split_once('/') {
            Some((address, len)) => (address, Some(prefix_len(len)?)),
            None => (text, None),
        };
        let written: IpAddr = address.parse().ok()?;
        let address = written.to_canonical();
        let bits = width(address);
        // Of the prefix of IPv4 that is written as IPv6, the first 96 bits are those in front of the address.
        let surplus = width(written) - bits;
        let len = len.unwrap_or(width(written)).checked_sub(surplus)?;
        let host_bits = bits.checked_sub(len)?;
        let host_mask = 1_u128
            .checked_shl(host_bits)
            .map_or(u128::MAX, |bit| bit - 1);
        let first = number(address) & !host_mask;
        Some(Self {
            is_v6: address.is_ipv6(),
            range: first..=first | host_mask,
        })
    }

    /// Whether an address is in here.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.is_v6 == address.is_ipv6() && self.range.contains(&number(address))
    }

    /// The address that is so far behind the first, or in front of it.
    pub fn address_near_start(&self, offset: i8) -> IpAddr {
        let near = self.range.start().wrapping_add_signed(offset.into());
        if self.is_v6 {
            IpAddr::V6(near.into())
        } else {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "it wraps around, as it does for IPv6"
            )]
            IpAddr::V4((near as u32).into())
        }
    }
}

/// Whether half of all IPv4 addresses, of all IPv6 addresses or of the public ones of IPv6 are in the networks.
pub fn cover_half(networks: &[Network]) -> bool {
    let public_v6 = 0x2000_u128 << 112..=(0x4000_u128 << 112) - 1;
    [
        (false, 0..=u128::from(u32::MAX)),
        (true, 0..=u128::MAX),
        (true, public_v6),
    ]
    .into_iter()
    .any(|(is_v6, space)| {
        let family = networks.iter().filter(|network| network.is_v6 == is_v6);
        let mut ranges: Vec<_> = family.map(|network| network.range.clone()).collect();
        ranges.sort_by_key(|range| *range.start());
        let half = (space.end() - space.start()) / 2 + 1;
        let mut uncounted = Some(*space.start());
        let mut covered = 0_u128;
        for range in ranges {
            let Some(first) = uncounted.map(|uncounted| uncounted.max(*range.start())) else {
                break;
            };
            let last = *space.end().min(range.end());
            if let Some(behind) = last.checked_sub(first) {
                covered = covered.saturating_add(behind).saturating_add(1);
                uncounted = last.checked_add(1);
            }
        }
        covered >= half
    })
}

fn prefix_len(text: &str) -> Option<u32> {
    let is_canonical = text == "0" || !text.starts_with('0');
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (is_canonical && is_digits)
        .then(|| text.parse().ok())
        .flatten()
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv6() { 128 } else { 32 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}
