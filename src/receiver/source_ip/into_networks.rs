//! What addresses and networks can be given as.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::networks::{parse_all, parse_one, single};
use crate::error::config_error::ConfigError;

/// Addresses and networks: one text (`&str`, `String`) or address ([`IpAddr`], [`Ipv4Addr`], [`Ipv6Addr`]), or several
/// texts or addresses (an array, a `Vec`, a slice of texts, any iterator).
///
/// `M` only keeps these apart; the compiler finds it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name IP addresses and networks",
    note = "give texts such as \"203.0.113.7\" and \"10.0.0.0/8\": one, an array, a `Vec`, a slice or an iterator of them"
)]
pub trait IntoNetworks<M>: sealed::Networks<M> {}

impl<T: sealed::Networks<M>, M> IntoNetworks<M> for T {}

pub(super) mod sealed {
    use super::{ConfigError, IpNet};

    /// One text or address.
    #[derive(Debug)]
    pub enum One {}
    /// Several texts.
    #[derive(Debug)]
    pub enum Texts {}
    /// Several addresses.
    #[derive(Debug)]
    pub enum Addresses {}

    pub trait Networks<M> {
        fn networks(self) -> Result<Vec<IpNet>, ConfigError>;
    }
}

impl sealed::Networks<sealed::One> for &str {
    fn networks(self) -> Result<Vec<IpNet>, ConfigError> {
        parse_one(self).map(|network| vec![network])
    }
}

impl sealed::Networks<sealed::One> for &String {
    fn networks(self) -> Result<Vec<IpNet>, ConfigError> {
        self.as_str().networks()
    }
}

impl sealed::Networks<sealed::One> for String {
    fn networks(self) -> Result<Vec<IpNet>, ConfigError> {
        self.as_str().networks()
    }
}

impl sealed::Networks<sealed::One> for IpAddr {
    fn networks(self) -> Result<Vec<IpNet>, ConfigError> {
        Ok(vec![single(self)])
    }
}

impl sealed::Networks<sealed::One> for Ipv4Addr {
    fn networks(self) -> Result<Vec<IpNet>, ConfigError> {
        IpAddr::V4(self).networks()
    }
}

impl sealed::Networks<sealed::One> for Ipv6Addr {
    fn networks(self) -> Result<Vec<IpNet>, ConfigError> {
        IpAddr::V6(self).networks()
    }
}

impl<I: IntoIterator<Item: AsRef<str>>> sealed::Networks<sealed::Texts> for I {
    fn networks(self) -> Result<Vec<IpNet>, ConfigError> {
        parse_all(self)
    }
}

impl<I: IntoIterator<Item: Into<IpAddr>>> sealed::Networks<sealed::Addresses> for I {
    fn networks(self) -> Result<Vec<IpNet>, ConfigError> {
        Ok(self
            .into_iter()
            .map(|address| single(address.into()))
            .collect())
    }
}
