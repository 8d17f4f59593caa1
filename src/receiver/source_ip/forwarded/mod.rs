//! The headers in which proxies name the address that they forward for.

mod cloudflare;
mod cloudfront;
mod node;
mod rfc7239;
mod x_forwarded_for;

use std::{iter, net::IpAddr, str::FromStr};

use http::{HeaderMap, HeaderName, header::FORWARDED};

use crate::error::config_error::{ConfigError, ConfigErrorKind};

/// The header in which the trusted proxies name the address that they forward for.
///
/// It parses from a header's name, for configuration.
///
/// ```
/// use tower_webhook::receiver::ForwardedHeader;
///
/// assert_eq!("x-forwarded-for".parse(), Ok(ForwardedHeader::XForwardedFor));
/// assert_eq!("Forwarded".parse(), Ok(ForwardedHeader::Forwarded));
/// assert_eq!("CF-Connecting-IP".parse(), Ok(ForwardedHeader::CfConnectingIp));
/// assert!(matches!("X-Real-IP".parse(), Ok(ForwardedHeader::Other(_))));
/// assert!("no header".parse::<ForwardedHeader>().is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ForwardedHeader {
    /// `x-forwarded-for`: addresses separated by commas, each with a port or without (`203.0.113.7`,
    /// `203.0.113.7:443`, `2001:db8::1`, `[2001:db8::1]:443`). Without brackets the whole entry is the IPv6 address:
    /// nothing in it is a port.
    #[default]
    XForwardedFor,
    /// `forwarded` (RFC 7239): the `for` of each element.
    ///
    /// Read as the RFC has it, with two tolerances that leave no doubt: white space around a semicolon, and a port or
    /// brackets without the quotes that they need.
    Forwarded,
    /// Cloudflare's `cf-connecting-ip`, and its `cf-connecting-ipv6` where Pseudo IPv4 has overwritten the first.
    ///
    /// With [Pseudo IPv4](https://developers.cloudflare.com/network/pseudo-ipv4/), `cf-connecting-ip` has an address
    /// of class E (240.0.0.0/4) in place of an IPv6 address. Only then is `cf-connecting-ipv6` read, for no real client
    /// has an address of that class: a client that sends the second header itself is not believed.
    CfConnectingIp,
    /// Amazon `CloudFront`'s `cloudfront-viewer-address`: an address and always a port, IPv6 without brackets
    /// (`203.0.113.7:9985`, `2001:db8::9:9985`).
    ///
    /// [CloudFront](https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html)
    /// adds it if the origin request policy names it.
    CloudfrontViewerAddress,
    /// Another header with the syntax of `x-forwarded-for`, one address or several: `x-real-ip`, `fly-client-ip`.
    Other(HeaderName),
}

impl ForwardedHeader {
    /// The header's name.
    pub fn name(&self) -> HeaderName {
        match self {
            Self::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            Self::Forwarded => FORWARDED,
            Self::CfConnectingIp => HeaderName::from_static("cf-connecting-ip"),
            Self::CloudfrontViewerAddress => HeaderName::from_static("cloudfront-viewer-address"),
            Self::Other(name) => name.clone(),
        }
    }
}

/// The syntax goes with the name: a header that this crate does not know has that of `x-forwarded-for`.
impl From<HeaderName> for ForwardedHeader {
    fn from(name: HeaderName) -> Self {
        [
            Self::XForwardedFor,
            Self::Forwarded,
            Self::CfConnectingIp,
            Self::CloudfrontViewerAddress,
        ]
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

/// Reads the hops that a forwarded header lists.
#[derive(Clone, Debug)]
pub(super) struct ForwardedHops {
    name: HeaderName,
    /// Where the comma before a line's last entry is.
    last_comma: fn(&[u8]) -> Option<usize>,
    /// The address that an entry names.
    address: fn(&[u8], &HeaderMap) -> Option<IpAddr>,
}

impl From<ForwardedHeader> for ForwardedHops {
    fn from(header: ForwardedHeader) -> Self {
        let name = header.name();
        // By name, so that `Other` with the name of `forwarded` is still read as what it is.
        match ForwardedHeader::from(name.clone()) {
            ForwardedHeader::Forwarded => Self {
                name,
                last_comma: rfc7239::last_comma,
                address: |entry, _| rfc7239::address(entry),
            },
            ForwardedHeader::CfConnectingIp => Self {
                name,
                last_comma: x_forwarded_for::last_comma,
                address: cloudflare::address,
            },
            ForwardedHeader::CloudfrontViewerAddress => Self {
                name,
                last_comma: x_forwarded_for::last_comma,
                address: |entry, _| cloudfront::address(entry),
            },
            ForwardedHeader::XForwardedFor | ForwardedHeader::Other(_) => Self {
                name,
                last_comma: x_forwarded_for::last_comma,
                address: |entry, _| x_forwarded_for::address(entry),
            },
        }
    }
}

impl ForwardedHops {
    pub(super) fn name(&self) -> &HeaderName {
        &self.name
    }

    pub(super) fn is_in(&self, headers: &HeaderMap) -> bool {
        headers.contains_key(&self.name)
    }

    /// The addresses of all lines as one list, rightmost first (RFC 9110 section 5.3: the order of lines counts).
    /// `None` stands for an entry that names none. What is not asked for is not read.
    pub(super) fn nearest_first<'h>(
        &self,
        headers: &'h HeaderMap,
    ) -> impl Iterator<Item = Option<IpAddr>> + use<'h> {
        let (last_comma, address) = (self.last_comma, self.address);
        let lines = headers.get_all(&self.name).into_iter().rev();
        lines
            .flat_map(move |line| split_from_the_right(line.as_bytes(), last_comma))
            .map(move |entry| address(entry, headers))
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
