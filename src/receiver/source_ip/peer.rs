//! The address at the other end of the connection.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use http::Extensions;

/// The address of the connection's peer, for a server to insert into the extensions of each request.
///
/// axum and tonic insert one of their own, which is found too; with hyper this is the way.
///
/// ```
/// use std::net::SocketAddr;
/// use tower_webhook::receiver::PeerAddr;
///
/// # let mut request = http::Request::new(());
/// # let accepted = ((), SocketAddr::from(([203, 0, 113, 7], 49152)));
/// let (_stream, peer) = accepted; // what `TcpListener::accept` gave
/// request.extensions_mut().insert(PeerAddr(peer));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PeerAddr(pub SocketAddr);

type FindPeer = dyn Fn(&Extensions) -> Option<IpAddr> + Send + Sync;

/// How the peer's address is found.
#[derive(Clone, Default)]
pub(super) enum PeerLookup {
    /// Where this crate, axum and tonic leave it.
    #[default]
    Known,
    /// By the user's function, and nowhere else.
    Custom(Arc<FindPeer>),
}

impl PeerLookup {
    /// A socket that listens on IPv6 sees IPv4 peers as `::ffff:a.b.c.d`; they come as what they stand for.
    pub(super) fn find(&self, extensions: &Extensions) -> Option<IpAddr> {
        let peer = match self {
            Self::Known => of_server(extensions).map(|peer| peer.ip()),
            Self::Custom(find) => find(extensions),
        };
        peer.map(|address| address.to_canonical())
    }
}

fn of_server(extensions: &Extensions) -> Option<SocketAddr> {
    let inserted = extensions.get().map(|PeerAddr(address)| *address);
    inserted
        .or_else(|| of_axum(extensions))
        .or_else(|| of_tonic(extensions))
}

#[cfg(feature = "axum")]
fn of_axum(extensions: &Extensions) -> Option<SocketAddr> {
    use axum::extract::ConnectInfo;

    extensions.get().map(|ConnectInfo(address)| *address)
}

#[cfg(not(feature = "axum"))]
fn of_axum(_: &Extensions) -> Option<SocketAddr> {
    None
}

#[cfg(feature = "tonic")]
fn of_tonic(extensions: &Extensions) -> Option<SocketAddr> {
    use tonic::transport::server::TcpConnectInfo;

    extensions.get::<TcpConnectInfo>()?.remote_addr()
}

#[cfg(not(feature = "tonic"))]
fn of_tonic(_: &Extensions) -> Option<SocketAddr> {
    None
}

impl fmt::Debug for PeerLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known => "Known",
            Self::Custom(_) => "Custom",
        })
    }
}
