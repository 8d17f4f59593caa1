//! Where a request may come from: an allowlist of addresses and networks, checked before a byte of the body is read.
//!
//! An address proves little: a cloud's addresses change hands, and a sender such as Svix sends for all of its
//! customers from the same few. The allowlist keeps strangers from making us read and hash; the signature decides.
//!
//! # Whose address counts
//!
//! 1. The address of the **connection's peer** is found: by the function given to [`SourceIp::peer_address`], or else
//!    in the request's extensions, as [`PeerAddr`], axum's `ConnectInfo<SocketAddr>` (feature `axum`) or tonic's
//!    `TcpConnectInfo` (feature `tonic`), in this order. No address known: refused.
//! 2. If it is not one of the [trusted proxies](SourceIp::trusted_proxies), it is the source. No header is read, so
//!    none can be forged. This is all that happens without trusted proxies.
//! 3. Otherwise the [forwarded header](SourceIp::forwarded_header) is walked **from the right**, for a proxy appends
//!    on the right and whatever a stranger wrote stands on the left. Its lines are one list, in their order. The first
//!    address that is not a trusted proxy's is the source; nothing left of it is looked at.
//! 4. If there is no such address, because the header ends or is missing, then the last trusted proxy is the source:
//!    the request began there, or the proxy does not say for whom it asks. It is refused unless the allowlist names
//!    that proxy too, so a proxy that forgets the header lets nobody in.
//! 5. An entry that has to be decided on and names no address (`unknown`, `_hidden`, empty, garbage, a zone id) makes
//!    the source unknown, and the request is refused. An entry is never skipped: what stands to its left may be forged.
//!
//! # For this to hold
//!
//! Every trusted proxy has to **append to or replace** the header named here. One that passes a caller's own header on
//! as it came lets the caller choose the address. The same goes for a trusted network that is wider than the proxies
//! in it: each of its machines is believed about whom it asks for.

mod check;
mod forwarded;
mod networks;
mod peer;
mod presets;

use std::{net::IpAddr, sync::Arc};

use http::Extensions;
use ipnet::IpNet;

pub(crate) use self::check::SourceIpCheck;
pub use self::{
    forwarded::ForwardedHeader,
    peer::PeerAddr,
    presets::{preset, svix},
};
use self::{networks::NetworkSet, peer::PeerLookup};
use crate::error::config_error::{ConfigError, ConfigErrorKind};

/// The addresses that requests may come from, and how a request's address is told.
///
/// Addresses and networks are written `203.0.113.7`, `10.0.0.0/8`, `2001:db8::1` or `2001:db8::/32`, with white space
/// around them or not. The bits behind the prefix do not count: `10.1.2.3/8` is `10.0.0.0/8`. IPv4 addresses written
/// as IPv6 (`::ffff:203.0.113.7`, RFC 4291 section 2.5.5.2) are the IPv4 addresses that they stand for, here and in
/// requests. Mistakes show in [`ReceiverBuilder::build`](crate::ReceiverBuilder::build).
///
/// The [module](self) says whose address counts behind proxies.
///
/// ```
/// use tower_webhook::{PeerAddr, Receiver, RejectionKind, SourceIp, source_ip::svix};
///
/// let receiver = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
///     .source_ip(
///         SourceIp::allow(svix::EU)
///             .also_allow(["203.0.113.7"])
///             .trusted_proxies(["10.0.0.0/8"]),
///     )
///     .build()?;
///
/// let (mut head, ()) = http::Request::post("/").body(())?.into_parts();
/// head.extensions.insert(PeerAddr(([10, 0, 0, 1], 49152).into()));
///
/// // A stranger says that Svix asks; the proxy appends who really does.
/// head.headers.insert("x-forwarded-for", "52.215.16.239, 198.51.100.9".parse()?);
/// let refused = receiver.check_head(&head).unwrap_err();
/// assert_eq!(refused.kind(), RejectionKind::SourceIpNotAllowed);
///
/// // From Svix it gets past this check, to the next.
/// head.headers.insert("x-forwarded-for", "52.215.16.239".parse()?);
/// let refused = receiver.check_head(&head).unwrap_err();
/// assert_eq!(refused.kind(), RejectionKind::MissingSignatureHeaders);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SourceIp {
    allowed: Result<Vec<IpNet>, ConfigError>,
    trusted_proxies: Result<Vec<IpNet>, ConfigError>,
    forwarded_header: ForwardedHeader,
    peer: PeerLookup,
}

impl SourceIp {
    /// Starts with the addresses and networks that requests may come from; nothing else is let through.
    pub fn allow<N: AsRef<str>>(networks: impl IntoIterator<Item = N>) -> Self {
        Self {
            allowed: networks::parse_all(networks),
            trusted_proxies: Ok(Vec::new()),
            forwarded_header: ForwardedHeader::default(),
            peer: PeerLookup::default(),
        }
    }

    /// Adds addresses and networks that requests may come from, to those of a preset for example.
    pub fn also_allow<N: AsRef<str>>(mut self, networks: impl IntoIterator<Item = N>) -> Self {
        self.allowed = self.allowed.and_then(|mut allowed| {
            allowed.extend(networks::parse_all(networks)?);
            Ok(allowed)
        });
        self
    }

    /// The proxies in front of this service, whose word about whom they ask for is believed. Default: none, and no
    /// header is ever read. A second call replaces the first.
    ///
    /// Name the proxies and nothing wider. All of IPv4 or all of IPv6 is a mistake: with everybody trusted, whatever
    /// a stranger writes leftmost would be believed.
    pub fn trusted_proxies<N: AsRef<str>>(mut self, networks: impl IntoIterator<Item = N>) -> Self {
        self.trusted_proxies = networks::parse_all(networks);
        self
    }

    /// The header in which the trusted proxies say for whom they ask. Default: [`ForwardedHeader::XForwardedFor`].
    ///
    /// It is read only if the connection comes from a trusted proxy. Only this one is: a stranger can send the others,
    /// and a proxy that does not know them passes them on.
    pub fn forwarded_header(mut self, header: ForwardedHeader) -> Self {
        self.forwarded_header = header;
        self
    }

    /// Takes the address of the connection's peer from this function. Default: from [`PeerAddr`], or what axum and
    /// tonic leave in the extensions.
    ///
    /// For servers that keep it elsewhere: a `ConnectInfo` of one's own, tonic behind TLS, a Unix socket with a proxy
    /// at its other end. `None` means unknown, and the request is refused; nothing else is looked at then.
    ///
    /// ```
    /// use std::net::{IpAddr, Ipv4Addr};
    /// use tower_webhook::{SourceIp, source_ip::svix};
    ///
    /// /// What the server puts into the extensions of requests that came over the Unix socket.
    /// #[derive(Clone)]
    /// struct FromUnixSocket;
    ///
    /// const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    ///
    /// let source_ip = SourceIp::allow(svix::EU)
    ///     .trusted_proxies(["127.0.0.1"])
    ///     .peer_address(|extensions| extensions.get::<FromUnixSocket>().map(|_| LOCALHOST));
    /// ```
    pub fn peer_address(
        mut self,
        find: impl Fn(&Extensions) -> Option<IpAddr> + Send + Sync + 'static,
    ) -> Self {
        self.peer = PeerLookup::Custom(Arc::new(find));
        self
    }

    /// Checks the configuration.
    ///
    /// # Errors
    ///
    /// A text that is no address or network, an empty allowlist, or trust in everybody as a proxy.
    pub(crate) fn build(self) -> Result<SourceIpCheck, ConfigError> {
        let allowed = NetworkSet::new(self.allowed?);
        if allowed.is_empty() {
            return Err(ConfigError::new(ConfigErrorKind::EmptyAllowlist));
        }
        let trusted_proxies = NetworkSet::new(self.trusted_proxies?);
        if trusted_proxies.has_everybody() {
            return Err(ConfigError::new(ConfigErrorKind::EverybodyTrusted));
        }
        Ok(SourceIpCheck {
            allowed,
            trusted_proxies,
            forwarded: self.forwarded_header.into(),
            peer: self.peer,
        })
    }
}
