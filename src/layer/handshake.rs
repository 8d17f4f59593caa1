//! Responses to what senders ask for before they deliver.

use bytes::Bytes;
use http::{Response, request::Parts};

use super::{exchange::Exchange, reply::Reply, shared::Shared};
use crate::{
    error::rejection::{Rejection, RejectionKind},
    idempotency::IdempotencyStore,
    telemetry::Observation,
};

impl<I> Shared<I> {
    /// The response to a handshake that carries no signature and shows in its head.
    pub(super) fn unsigned_handshake(
        &self,
        head: &Parts,
        observation: &mut Observation,
    ) -> Option<Response<Bytes>> {
        if self.handshakes.is_empty() || !self.receiver.allows_source_of(head) {
            return None;
        }
        let mut handshakes = self.handshakes.iter();
        let response = handshakes.find_map(|handshake| handshake.unsigned(head))?;
        observation.shook_hands(response.status());
        Some(response)
    }

    /// Whether a request that is rejected on its head may be a handshake that shows in its body: all it lacks is a signature,
    /// or the key for one, which the handshake is to bring.
    pub(super) fn wants_unsigned_body(&self, rejection: &Rejection, head: &Parts) -> bool {
        let lacks_signature = matches!(
            rejection.kind(),
            RejectionKind::MissingSignatureHeaders | RejectionKind::UnknownTenant
        );
        let mut handshakes = self.handshakes.iter();
        lacks_signature && handshakes.any(|handshake| handshake.wants_unsigned_body(head))
    }
}

impl<S, E, B, I: IdempotencyStore> Exchange<S, E, B, I> {
    /// The reply to a handshake that carries no signature and shows in its body.
    pub(super) fn unsigned_handshake<T, Error>(&mut self, body: &Bytes) -> Option<Reply<T, Error>> {
        if !self.may_be_handshake {
            return None;
        }
        let head = &self.parts;
        let mut wanting = self.shared.handshakes.iter();
        let response = wanting.find_map(|handshake| {
            let is_wanted = handshake.wants_unsigned_body(head);
            is_wanted.then(|| handshake.unsigned_body(body)).flatten()
        })?;
        Some(self.shake_hands(response))
    }

    /// The reply to a handshake whose signature is verified.
    pub(super) fn signed_handshake<T, Error>(&mut self, body: &Bytes) -> Option<Reply<T, Error>> {
        let head = &self.parts;
        let mut handshakes = self.shared.handshakes.iter();
        let response = handshakes.find_map(|handshake| handshake.signed(head, body))?;
        Some(self.shake_hands(response))
    }

    fn shake_hands<T, Error>(&mut self, response: Response<Bytes>) -> Reply<T, Error> {
        self.observation.shook_hands(response.status());
        Reply::Layer(response)
    }
}
