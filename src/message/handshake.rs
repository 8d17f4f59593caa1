use bytes::Bytes;
use http::{Response, request::Parts};

/// Responds to what a sender asks for before it delivers, in a layer that it is
/// [added to](crate::WebhookLayer::handshake). Those of known senders are in
/// [`provider::Handshake`](crate::provider::Handshake).
///
/// Whoever can reach the endpoint can send what is not signed: respond to it only on the exact path, bound what is echoed, and
/// never let it be taken for HTML.
pub trait Handshake: Send + Sync + 'static {
    /// The response to a request that carries no signature, from its head alone; `None` if it is no handshake.
    fn unsigned(&self, head: &Parts) -> Option<Response<Bytes>> {
        let _ = head;
        None
    }

    /// Whether the request may be a handshake that carries no signature and shows in its body, which is then read within the
    /// limit. Asked only of a request that is about to be rejected because it carries no signature, or because there is no key
    /// for it yet.
    fn wants_unsigned_body(&self, head: &Parts) -> bool {
        let _ = head;
        false
    }

    /// The response to such a request; `None` if it is no handshake, and the request is rejected.
    fn unsigned_body(&self, body: &Bytes) -> Option<Response<Bytes>> {
        let _ = body;
        None
    }

    /// The response to a request whose signature is verified; `None` if it is no handshake, and the request is delivered.
    fn signed(&self, head: &Parts, body: &Bytes) -> Option<Response<Bytes>> {
        let _ = (head, body);
        None
    }
}
