use bytes::Bytes;
use http::{Response, request::Parts};

/// Responds to what a sender asks for before it delivers. The senders' own are in
/// [`provider::Handshake`](crate::provider::Handshake).
pub trait HandshakeResponder: Send + Sync + 'static {
    /// The response to a request that carries no signature, from its head alone; `None` if it is no handshake.
    fn unsigned(&self, head: &Parts) -> Option<Response<Bytes>>;

    /// Whether the request may be a handshake that carries no signature and shows in its body.
    fn wants_unsigned_body(&self, head: &Parts) -> bool {
        let _ = head;
        false
    }

    /// The response to such a request; `None` if it is no handshake.
    fn unsigned_body(&self, body: &Bytes) -> Option<Response<Bytes>> {
        let _ = body;
        None
    }

    /// The response to a request whose signature is verified; `None` if it is no handshake.
    fn signed(&self, head: &Parts, body: &Bytes) -> Option<Response<Bytes>>;
}
