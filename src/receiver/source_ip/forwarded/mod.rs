//! The headers in which proxies say for whom they ask.

mod node;
mod rfc7239;
mod x_forwarded_for;

use std::{iter, net::IpAddr, str::FromStr};

use http::{HeaderMap, HeaderName, header::FORWARDED};

use crate::error::config_error::{ConfigError, ConfigErrorKind};

/// The header in which the trusted proxies say for whom they ask.
///
/// It parses from a header's name, for configuration.
///
/// ```
/// use tower_webhook::ForwardedHeader;
///
/// assert_eq!("x-forwarded-for".parse(), Ok(ForwardedHeader::XForwardedFor));
/// assert_eq!("Forwarded".parse(), Ok(ForwardedHeader::Forwarded));
/// assert!(matches!("CF-Connecting-IP".parse(), Ok(ForwardedHeader::Other(_))));
/// assert!("no header".parse::<ForwardedHeader>().is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ForwardedHeader {
    /// `x-forwarded-for`: addresses separated by commas, each with a port or without (`203.0.113.7`,
    /// `203.0.113.7:443`, `2001:db8::1`, `[2001:db8::1]:443`).
    #[default]
    XForwardedFor,
    /// `forwarded` (RFC 7239): the `for` of each element.
    ///
    /// Read as the RFC has it, with two tolerances that leave no doubt: white space around a semicolon, and a port or
    /// brackets without the quotes that they need.
    Forwarded,
    /// Another header with the syntax of `x-forwarded-for`, one address or several: `x-real-ip`, `cf-connecting-ip`.
    Other(HeaderName),
}

impl ForwardedHeader {
    /// The header's name.
    pub fn name(&self) -> HeaderName {
        match self {
            Self::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            Self::Forwarded => FORWARDED,
            Self::Other(name) => name.clone(),
        }
    }
}

/// The syntax goes with the name: `forwarded` is RFC 7239's, every other has that of `x-forwarded-for`.
impl From<HeaderName> for ForwardedHeader {
    fn from(name: HeaderName) -> Self {
        [Self::XForwardedFor, Self::Forwarded]
            .into_iter()
            .find(|known| known.name() == name)
            .unwrap_or(Self::Other(name))
    }
}

/// By the header's name, in any case.
///
/// # Errors
///
/// [`ConfigErrorKind::InvalidHeaderName`].
impl FromStr for ForwardedHeader {
    type Err = ConfigError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        name.parse::<HeaderName>()
            .map(Self::from)
            .map_err(|_| ConfigError::new(ConfigErrorKind::InvalidHeaderName).about(name))
    }
}

/// Reads the hops that a forwarded header tells of.
#[derive(Clone, Debug)]
pub(super) struct ForwardedHops {
    name: HeaderName,
    /// Where the comma before a line's last entry is.
    last_comma: fn(&[u8]) -> Option<usize>,
    /// The address that an entry names.
    address: fn(&[u8]) -> Option<IpAddr>,
}

impl From<ForwardedHeader> for ForwardedHops {
    fn from(header: ForwardedHeader) -> Self {
        let name = header.name();
        // By name, so that `Other` with the name of `forwarded` is still read as what it is.
        match ForwardedHeader::from(name.clone()) {
            ForwardedHeader::Forwarded => Self {
                name,
                last_comma: rfc7239::last_comma,
                address: rfc7239::address,
            },
            ForwardedHeader::XForwardedFor | ForwardedHeader::Other(_) => Self {
                name,
                last_comma: x_forwarded_for::last_comma,
                address: x_forwarded_for::address,
            },
        }
    }
}

impl ForwardedHops {
    /// The addresses of all lines as one list, rightmost first (RFC 9110 section 5.3: the order of lines counts).
    /// `None` stands for an entry that names none. What is not asked for is not read.
    pub(super) fn nearest_first<'h>(
        &self,
        headers: &'h HeaderMap,
    ) -> impl Iterator<Item = Option<IpAddr>> + use<'h> {
        let last_comma = self.last_comma;
        let lines = headers.get_all(&self.name).into_iter().rev();
        lines
            .flat_map(move |line| split_from_the_right(line.as_bytes(), last_comma))
            .map(self.address)
    }
}

/// The pieces of a text, last one first; an empty text is one empty piece.
fn split_from_the_right(
    text: &[u8],
    last_separator: impl Fn(&[u8]) -> Option<usize>,
) -> impl Iterator<Item = &[u8]> {
    let mut unread = Some(text);
    iter::from_fn(move || {
        let text = unread.take()?;
        let Some(at) = last_separator(text) else {
            return Some(text);
        };
        unread = Some(&text[..at]);
        Some(&text[at + 1..])
    })
}
