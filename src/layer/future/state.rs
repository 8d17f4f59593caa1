use http::Request;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::{
    idempotency::{BodyDigest, IdempotencyKey, IdempotencyStore, OwnerToken},
    receiver::{Intake, Verified},
};

/// What the inner service answers, or the layer in its place.
pub(super) type Answer<S, B> =
    Result<<S as Service<Request<B>>>::Response, <S as Service<Request<B>>>::Error>;

/// A message whose claim is awaited.
pub(super) struct Claimant {
    pub(super) verified: Verified,
    pub(super) key: IdempotencyKey,
    pub(super) owner: OwnerToken,
    pub(super) digest: BodyDigest,
}

pin_project! {
    /// Where a request is. What is not pinned is taken out when its state ends.
    #[project = StateProj]
    pub(super) enum State<S, B, I, ReqBody>
    where
        S: Service<Request<B>>,
        I: IdempotencyStore,
    {
        // The body is collected and hashed as it arrives.
        Receiving {
            #[pin]
            body: ReqBody,
            // Large, and gone when the body is complete: kept apart, so that no other state is as large.
            intake: Box<Intake>,
        },
        // The signature held; the message is being claimed.
        Claiming {
            #[pin]
            claiming: I::Claiming,
            claimant: Option<Claimant>,
        },
        // The inner service has the request.
        Handling {
            #[pin]
            response: S::Future,
        },
        // There is an answer; the claim is being completed or released.
        Settling {
            #[pin]
            settling: I::Settling,
            answer: Option<Answer<S, B>>,
        },
        // The answer is there.
        Answered { answer: Option<Answer<S, B>> },
    }
}
