//! Addresses and networks, read and searched.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::error::config_error::{ConfigError, ConfigErrorKind};

/// The bits in front of the IPv4 address in `::ffff:a.b.c.d`.
const MAPPED_PREFIX_LEN: u8 = 96;
/// The global unicast addresses (IANA, "Internet Protocol Version 6 Address Space").
const PUBLIC_V6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Networks that do not touch each other, sorted, so that a search is a binary one.
#[derive(Clone, Debug)]
pub(super) struct NetworkSet {
    v4: Vec<Ipv4Net>,
    v6: Vec<Ipv6Net>,
}

impl NetworkSet {
    pub(super) fn new(networks: Vec<IpNet>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for network in networks {
            match network {
                IpNet::V4(network) => v4.push(network),
                IpNet::V6(network) => v6.push(network),
            }
        }
        Self {
            v4: Ipv4Net::aggregate(&v4),
            v6: Ipv6Net::aggregate(&v6),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// The largest network, if half of the addresses of a family are in here: of IPv4, of IPv6, or of that eighth of
    /// IPv6 from which all public addresses are allocated (`2000::/3`).
    pub(super) fn covering_half(&self) -> Option<IpNet> {
        let half_of_v4 = share(self.v4.iter().map(Ipv4Net::prefix_len)) >= share([1]);
        let half_of_v6 = share(self.v6.iter().map(Ipv6Net::prefix_len)) >= share([1]);
        let is_public = |network: &&Ipv6Net| PUBLIC_V6.contains(*network);
        let public = self.v6.iter().filter(is_public);
        let half_of_public = share(public.map(Ipv6Net::prefix_len)) >= share([4]);
        let all_public = self.v6.iter().any(|network| network.contains(&PUBLIC_V6));
        if half_of_v4 {
            let largest = self.v4.iter().min_by_key(|network| network.prefix_len());
            largest.copied().map(IpNet::V4)
        } else if half_of_v6 || half_of_public || all_public {
            let largest = self.v6.iter().min_by_key(|network| network.prefix_len());
            largest.copied().map(IpNet::V6)
        } else {
            None
        }
    }

    /// Takes the address as [`IpAddr::to_canonical`] gives it.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => last(&self.v4, |network| network.addr() <= address)
                .is_some_and(|network| network.contains(&address)),
            IpAddr::V6(address) => last(&self.v6, |network| network.addr() <= address)
                .is_some_and(|network| network.contains(&address)),
        }
    }
}

/// The last network that begins at or before an address: no other can contain it.
fn last<N>(sorted: &[N], begins_before: impl Fn(&N) -> bool) -> Option<&N> {
    let after = sorted.partition_point(begins_before);
    sorted[..after].last()
}

/// How much of an address space networks of these prefix lengths take that do not touch each other, with 2^127 for all
/// of it.
fn share(prefix_lens: impl IntoIterator<Item = u8>) -> u128 {
    let shares = prefix_lens
        .into_iter()
        .map(|len| (1_u128 << 127).checked_shr(len.into()).unwrap_or(0));
    shares.fold(0, u128::saturating_add)
}

/// Reads every text, or reports the first mistake.
pub(super) fn parse_all<N: AsRef<str>>(
    texts: impl IntoIterator<Item = N>,
) -> Result<Vec<IpNet>, ConfigError> {
    texts
        .into_iter()
        .map(|text| parse_one(text.as_ref()))
        .collect()
}

/// White space around the text does not count.
pub(super) fn parse_one(text: &str) -> Result<IpNet, ConfigError> {
    let text = text.trim_ascii();
    parse(text).ok_or_else(|| ConfigError::new(ConfigErrorKind::InvalidNetwork).about(text))
}

/// The network of one address alone.
pub(super) fn single(address: IpAddr) -> IpNet {
    IpNet::from(address.to_canonical())
}

/// By the standard library's parser: `ipnet`'s reads `010.0.0.0` as ten, where others read eight.
fn parse(text: &str) -> Option<IpNet> {
    let network = match text.split_once('/') {
        Some((address, len)) => IpNet::new(address.parse().ok()?, prefix_len(len)?).ok()?,
        None => single(text.parse().ok()?),
    };
    unmap(network)
}

/// Digits only, no leading zero.
fn prefix_len(text: &str) -> Option<u8> {
    let len: u8 = text.parse().ok()?;
    (len.to_string() == text).then_some(len)
}

/// Makes an IPv4 network of one that is written as IPv6, for addresses are looked up as what they stand for.
fn unmap(network: IpNet) -> Option<IpNet> {
    let IpNet::V6(v6) = network else {
        return Some(network);
    };
    match v6.addr().to_ipv4_mapped() {
        // A shorter prefix, as in `::ffff:10.0.0.0/8`, was meant for the IPv4 address and says something else.
        Some(v4) => {
            let len = v6.prefix_len().checked_sub(MAPPED_PREFIX_LEN)?;
            Ipv4Net::new(v4, len).ok().map(IpNet::V4)
        }
        None => Some(network),
    }
}
