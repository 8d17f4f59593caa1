use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, Version,
    header::{CONNECTION, Entry},
    request::Parts,
};

use crate::{
    error::{
        RejectionDetail,
        rejection::{Rejection, RejectionKind},
    },
    idempotency::{Claim, Idempotency, StoreError},
    layer::{completion::UnstoredCompletions, response::RejectionResponse},
    message::Handshake,
    receiver::{CheckedHead, Intake, Receiver, RequestHead},
    scheme::Scheme,
    telemetry::{Observation, Observer},
};

/// When a sender should come back to a store that is down or to a receiver that holds too much.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// What all requests of a layer share.
#[derive(Clone)]
pub(super) struct Shared<I> {
    pub(super) receiver: Receiver,
    pub(super) rejections: Arc<dyn RejectionResponse>,
    pub(super) unverified: Unverified,
    pub(super) enforcement: Enforcement,
    pub(super) idempotency: Idempotency<I>,
    pub(super) reused_ids: ReusedIds,
    pub(super) settling: SettlingTime,
    pub(super) unstored: UnstoredCompletions,
    pub(super) observer: Observer,
    pub(super) handshakes: Vec<Arc<dyn Handshake>>,
}

/// How a request goes on whose head was checked.
pub(super) struct Beginning {
    pub(super) intake: Box<Intake>,
    /// The header that may carry its token.
    token: Option<HeaderName>,
    /// Nothing is signed, and the body shows whether it is a handshake.
    pub(super) may_be_handshake: bool,
}

impl Beginning {
    #[inline]
    pub(super) fn of(head: CheckedHead<'_>) -> Self {
        Self {
            token: head.token_header().cloned(),
            intake: head.into_intake(),
            may_be_handshake: false,
        }
    }

    /// Middleware inside may log headers.
    #[inline]
    pub(super) fn mark_tokens_sensitive(&mut self, scheme: &Scheme, headers: &mut HeaderMap) {
        if let Some(token) = self.token.take() {
            mark_sensitive(token, headers);
        }
        if let Some(token) = scheme.token_header() {
            mark_sensitive(token, headers);
        }
    }
}

fn mark_sensitive(name: HeaderName, headers: &mut HeaderMap) {
    if let Ok(Entry::Occupied(mut lines)) = headers.try_entry(name) {
        for line in lines.iter_mut() {
            line.set_sensitive(true);
        }
    }
}

/// What happens to a request that is to be rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Enforcement {
    Enforce,
    /// The request is passed on, with the [`Rejection`] in its extensions.
    MonitorOnly,
}

/// What the response to an unverified request shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unverified {
    /// The status of its kind.
    ByKind,
    /// The same for every kind.
    Alike,
}

/// What happens to a message whose id came before with another body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReusedIds {
    Reject,
    Deliver,
}

/// When a success is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SettlingTime {
    Head,
    EndOfBody,
}

impl<I> Shared<I> {
    pub(super) fn with_idempotency<I2>(self, idempotency: Idempotency<I2>) -> Shared<I2> {
        Shared {
            receiver: self.receiver,
            rejections: self.rejections,
            unverified: self.unverified,
            enforcement: self.enforcement,
            idempotency,
            reused_ids: self.reused_ids,
            settling: self.settling,
            unstored: self.unstored,
            observer: self.observer,
            handshakes: self.handshakes,
        }
    }

    /// What follows a head that is not in order: its body is read all the same, or the request rejected.
    pub(super) fn begin_rejected(
        &self,
        rejection: Rejection,
        head: &Parts,
    ) -> Result<Beginning, Rejection> {
        let may_be_handshake = self.wants_unsigned_body(&rejection, head);
        if !may_be_handshake && self.enforcement == Enforcement::Enforce {
            return Err(rejection);
        }
        Ok(Beginning {
            token: self.receiver.token_header(&RequestHead::from(head)),
            intake: self.receiver.intake_unchecked(rejection),
            may_be_handshake,
        })
    }

    /// Why a message is not handled that another request has claimed.
    pub(super) fn refusal_of(&self, claim: Claim) -> Option<Rejection> {
        match claim {
            Claim::Fresh | Claim::Unguarded => None,
            Claim::InProgress { remaining } => Some(
                Rejection::new(RejectionKind::ClaimedByAnother)
                    .with_retry_after(remaining.min(self.idempotency.lease)),
            ),
            Claim::Done => Some(RejectionKind::AlreadyHandled.into()),
            Claim::OtherBody => match self.reused_ids {
                ReusedIds::Reject => Some(RejectionKind::MessageIdReused.into()),
                ReusedIds::Deliver => None,
            },
        }
    }

    /// Builds the response to a rejected request.
    pub(super) fn reject(
        &self,
        rejection: Rejection,
        request: &Parts,
        observation: &mut Observation,
    ) -> Response<Bytes> {
        let kind = rejection.kind();
        let hook = &self.rejections;
        let mut response = if kind == RejectionKind::AlreadyHandled {
            hook.already_handled_response(&rejection, request)
        } else if self.unverified == Unverified::Alike && !kind.is_verified() {
            let alike = Rejection::new(RejectionKind::SignatureMismatch);
            hook.rejection_response(&alike, request)
        } else {
            hook.rejection_response(&rejection, request)
        };
        // An unauthenticated client that pipelines requests and never reads would hold its connection for ever. HTTP/2 has
        // no such header (RFC 9113, section 8.2.2).
        if !kind.is_verified() && request.version < Version::HTTP_2 {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        observation.rejected(&rejection);
        observation.responded(response.status());
        response.extensions_mut().insert(rejection);
        response
    }
}

pub(super) fn overloaded(limit: usize) -> Rejection {
    let limit = limit as u64;
    Rejection::new(RejectionKind::Overloaded)
        .with_retry_after(RETRY_AFTER)
        .with_detail(RejectionDetail::BytesInFlight { limit })
}

pub(super) fn store_unavailable(error: StoreError) -> Rejection {
    let error = Arc::new(error);
    Rejection::new(RejectionKind::StoreUnavailable)
        .with_retry_after(RETRY_AFTER)
        .with_detail(RejectionDetail::Store { error })
}
