use http::Request;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::exchange::{Claimant, Exchange, Handler, Settler};
use crate::{idempotency::IdempotencyStore, receiver::Intake};

/// What the inner service answers, or the layer in its place.
pub(super) type Answer<S, B> =
    Result<<S as Service<Request<B>>>::Response, <S as Service<Request<B>>>::Error>;

pin_project! {
    /// Where a request is. What is not pinned is taken out when its state ends.
    #[project = StateProj]
    pub(super) enum State<S, E, B, R, I, ReqBody>
    where
        S: Service<Request<B>>,
        I: IdempotencyStore,
    {
        // The body is collected and hashed as it arrives.
        Receiving {
            #[pin]
            body: ReqBody,
            receiver: Option<(Exchange<S, E, B, R, I>, Intake)>,
        },
        // The signature held; the message is being claimed.
        Claiming {
            #[pin]
            claiming: I::Claiming,
            claimant: Option<Claimant<S, E, B, R, I>>,
        },
        // The inner service has the request.
        Handling {
            #[pin]
            response: S::Future,
            handler: Option<Handler<I>>,
        },
        // There is an answer; the claim is being completed or released.
        Settling {
            #[pin]
            settling: I::Settling,
            settler: Option<Settler<Answer<S, B>>>,
        },
        // The answer is there.
        Answered { answer: Option<Answer<S, B>> },
    }
}
