//! Where a request may come from: an allowlist of addresses and networks, checked before a byte of the body is read.
//!
//! An address proves little: a cloud's addresses change hands, and a sender such as Svix sends for all of its
//! customers from the same few. The allowlist keeps strangers from making us read and hash; the signature decides.
//!
//! # Whose address counts
//!
//! 1. The address of the **connection's peer** is found: by the function given to [`SourceIp::peer_address`], or else
//!    in the request's extensions, as [`PeerAddr`], axum's `ConnectInfo<SocketAddr>` (feature `axum`) or tonic's
//!    `TcpConnectInfo` (feature `tonic`), in this order. If no address is known, the request is rejected.
//! 2. If it is not one of the [trusted proxies](SourceIp::trusted_proxies), it is the source. No header is read, so
//!    none can be forged. This is all that happens without trusted proxies.
//! 3. Otherwise the [forwarded header](SourceIp::forwarded_header) is walked **from the right**, for a proxy appends
//!    on the right and whatever a stranger wrote stands on the left. Its lines are one list, in their order. The first
//!    address that is not a trusted proxy's is the source; nothing left of it is looked at.
//! 4. If there is no such address, because the header ends or is missing, then the last trusted proxy is the source:
//!    the request originated there, or the proxy does not name the client. It is rejected unless the allowlist names
//!    that proxy too, so a proxy that forgets the header lets no request in.
//! 5. An entry that has to be decided on and names no address (`unknown`, `_hidden`, empty, garbage, a zone id) makes
//!    the source unknown, and the request is rejected. An entry is never skipped: what stands to its left may be forged.
//!
//! Where the addresses of the proxies are not known, [`SourceIp::trusted_hops`] counts them instead: the source is in
//! the n-th entry from the right, and a header with fewer entries makes it unknown.
//!
//! What was judged, and where it was found, is in a [`SourceIpDetail`] for the operator.
//!
//! # For this to hold
//!
//! Every trusted proxy has to **append to or replace** the header named here. One that passes a client's own header on
//! as it came lets the client choose the address. The same goes for a trusted network that is wider than the proxies
//! in it: each of its machines is believed about the client that it forwards for. With trusted hops, nothing but the
//! nearest proxy may be able to connect.

mod check;
mod forwarded;
mod into_networks;
mod networks;
mod peer;
mod presets;

use std::{net::IpAddr, sync::Arc};

use http::Extensions;
use ipnet::IpNet;

pub(crate) use self::check::SourceIpCheck;
use self::{check::Trusted, networks::NetworkSet, peer::PeerLookup};
pub use self::{
    forwarded::ForwardedHeader,
    into_networks::IntoNetworks,
    peer::PeerAddr,
    presets::{preset, svix},
};
use crate::error::config_error::{ConfigError, ConfigErrorKind};
pub use crate::error::source_ip_detail::{SourceIpCause, SourceIpDetail, SourceIpHint};

/// The addresses that requests may come from, and how a request's address is told.
///
/// Addresses and networks are written `203.0.113.7`, `10.0.0.0/8`, `2001:db8::1` or `2001:db8::/32`, with white space
/// around them or not. The bits behind the prefix do not count: `10.1.2.3/8` is `10.0.0.0/8`. IPv4 addresses written
/// as IPv6 (`::ffff:203.0.113.7`, RFC 4291 section 2.5.5.2) are the IPv4 addresses that they stand for, here and in
/// requests. Mistakes show in [`ReceiverBuilder::build`](crate::receiver::ReceiverBuilder::build).
///
/// The [module](self) describes whose address counts behind proxies.
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, SourceIp, receiver::{PeerAddr, source_ip::svix}};
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
/// // A stranger claims to be Svix; the proxy appends the address that really connected.
/// head.headers.insert("x-forwarded-for", "52.215.16.239, 198.51.100.9".parse()?);
/// let rejected = receiver.check_head(&head).unwrap_err();
/// assert_eq!(rejected.kind(), RejectionKind::SourceIpNotAllowed);
///
/// // From Svix it gets past this check, to the next.
/// head.headers.insert("x-forwarded-for", "52.215.16.239".parse()?);
/// let rejected = receiver.check_head(&head).unwrap_err();
/// assert_eq!(rejected.kind(), RejectionKind::MissingSignatureHeaders);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SourceIp {
    allowed: Result<Vec<IpNet>, ConfigError>,
    trusted_proxies: Result<Vec<IpNet>, ConfigError>,
    trusted_hops: u8,
    forwarded_header: ForwardedHeader,
    peer: PeerLookup,
}

impl SourceIp {
    /// Starts with the addresses and networks that requests may come from; nothing else is let through.
    ///
    /// ```
    /// use tower_webhook::{SourceIp, receiver::source_ip::svix};
    ///
    /// let one = SourceIp::allow("203.0.113.7");
    /// let several = SourceIp::allow(["203.0.113.7", "2001:db8::/32"]);
    /// let configured = SourceIp::allow(&vec![String::from("203.0.113.7")]);
    /// let published = SourceIp::allow(svix::EU).also_allow("203.0.113.0/24, 2001:db8::/32".split(','));
    /// ```
    pub fn allow<M>(networks: impl IntoNetworks<M>) -> Self {
        Self {
            allowed: networks.networks(),
            trusted_proxies: Ok(Vec::new()),
            trusted_hops: 0,
            forwarded_header: ForwardedHeader::default(),
            peer: PeerLookup::default(),
        }
    }

    /// Adds addresses and networks that requests may come from, to those of a preset for example.
    pub fn also_allow<M>(mut self, networks: impl IntoNetworks<M>) -> Self {
        self.allowed = self.allowed.and_then(|mut allowed| {
            allowed.extend(networks.networks()?);
            Ok(allowed)
        });
        self
    }

    /// The proxies in front of this service, which are believed about the client that they forward for. Default: none,
    /// and no header is ever read. A second call replaces the first.
    ///
    /// Name the proxies and nothing wider. Half of IPv4 or half of the public IPv6 addresses is a mistake: with
    /// everybody trusted, whatever a stranger writes leftmost would be believed.
    pub fn trusted_proxies<M>(mut self, networks: impl IntoNetworks<M>) -> Self {
        self.trusted_proxies = networks.networks();
        self
    }

    /// Trusts this number of proxies in front of the service, whatever their addresses, in place of
    /// [`trusted_proxies`](Self::trusted_proxies). Default: 0, and no header is ever read.
    ///
    /// For platforms whose proxies have no fixed addresses. Each of them appends one entry to the forwarded header,
    /// so the source is in the n-th entry from the right. With a number that is too high a stranger chooses the
    /// address; with one that is too low, that of a proxy is judged.
    ///
    /// The peer's address is neither looked at nor needed. **Nothing but the nearest proxy may be able to connect** to
    /// this service: anyone else could write the whole header.
    ///
    /// ```
    /// use tower_webhook::{Receiver, RejectionKind, SourceIp, receiver::source_ip::svix};
    ///
    /// let receiver = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    ///     .source_ip(SourceIp::allow(svix::EU).trusted_hops(1))
    ///     .build()?;
    /// let (mut head, ()) = http::Request::post("/").body(())?.into_parts();
    ///
    /// // The one proxy appended the address of a stranger, who claims to be Svix.
    /// head.headers.insert("x-forwarded-for", "52.215.16.239, 198.51.100.9".parse()?);
    /// let rejected = receiver.check_head(&head).unwrap_err();
    /// assert_eq!(rejected.kind(), RejectionKind::SourceIpNotAllowed);
    ///
    /// // From Svix the request gets past this check, to the next.
    /// head.headers.insert("x-forwarded-for", "198.51.100.9, 52.215.16.239".parse()?);
    /// let rejected = receiver.check_head(&head).unwrap_err();
    /// assert_eq!(rejected.kind(), RejectionKind::MissingSignatureHeaders);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn trusted_hops(mut self, hops: u8) -> Self {
        self.trusted_hops = hops;
        self
    }

    /// The header in which the trusted proxies name the address that they forward for. Default:
    /// [`ForwardedHeader::XForwardedFor`].
    ///
    /// It is read only if the connection comes from a trusted proxy, or with trusted hops. Only this one is: a stranger
    /// can send the others, and a proxy that does not know them passes them on.
    pub fn forwarded_header(mut self, header: ForwardedHeader) -> Self {
        self.forwarded_header = header;
        self
    }

    /// Takes the address of the connection's peer from this function. Default: from [`PeerAddr`], or what axum and
    /// tonic leave in the extensions.
    ///
    /// For servers that keep it elsewhere: a `ConnectInfo` of one's own, tonic behind TLS, a Unix socket with a proxy
    /// at its other end. `None` means unknown, and the request is rejected; nothing else is looked at then.
    ///
    /// ```
    /// use std::net::{IpAddr, Ipv4Addr};
    /// use tower_webhook::{SourceIp, receiver::source_ip::svix};
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
    /// A text that is no address or network, an empty allowlist, trusted proxies that cover half of the addresses, or
    /// trusted proxies beside trusted hops.
    pub(crate) fn build(self) -> Result<SourceIpCheck, ConfigError> {
        let allowed = NetworkSet::new(self.allowed?);
        if allowed.is_empty() {
            return Err(ConfigError::new(ConfigErrorKind::EmptyAllowlist));
        }
        let proxies = NetworkSet::new(self.trusted_proxies?);
        if let Some(widest) = proxies.covering_half() {
            let error = ConfigError::new(ConfigErrorKind::TrustedProxiesTooWide);
            return Err(error.about(widest.to_string()));
        }
        let trusted = match self.trusted_hops {
            0 => Trusted::Networks(proxies),
            hops if proxies.is_empty() => Trusted::Hops(hops),
            _ => return Err(ConfigError::new(ConfigErrorKind::TrustedHopsBesideProxies)),
        };
        Ok(SourceIpCheck {
            allowed,
            trusted,
            forwarded: self.forwarded_header.into(),
            peer: self.peer,
        })
    }
}
