//! What addresses and networks can be given as.

use ipnet::IpNet;

use super::networks::{parse_all, parse_one};
use crate::error::config_error::ConfigError;

/// Texts of addresses and networks: one (`&str`, `String`), or several (an array, a `Vec`, a slice, any iterator of
/// such texts).
///
/// `M` only keeps one text and several apart; the compiler finds it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name IP addresses and networks",
    note = "give texts such as \"203.0.113.7\" and \"10.0.0.0/8\": one, an array, a `Vec`, a slice or an iterator of them"
)]
pub trait IntoNetworks<M>: sealed::Networks<M> {}

impl<T: sealed::Networks<M>, M> IntoNetworks<M> for T {}

pub(super) mod sealed {
    use super::{ConfigError, IpNet};

    /// One text.
    #[derive(Debug)]
    pub enum One {}
    /// Several.
    #[derive(Debug)]
    pub enum Many {}

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

impl<I: IntoIterator<Item: AsRef<str>>> sealed::Networks<sealed::Many> for I {
    fn networks(self) -> Result<Vec<IpNet>, ConfigError> {
        parse_all(self)
    }
}
