use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use proptest::{collection::vec, prelude::*, sample::Index};
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::{Delivery, Receiver, Rejection, RejectionKind, WebhookLayer};

use super::{
    message::{Message, message, timeless},
    sender::sender,
};
use crate::{layer::Frames, support::now};

/// A few hundred bytes, or more than the buffer of a body grows by at once.
fn message_of_any_size() -> impl Strategy<Value = Message> {
    let repetitions = prop_oneof![3 => Just(1), 1 => 200..600_usize];
    (message(), repetitions).prop_map(|(mut message, repetitions)| {
        message.body = message.body.repeat(repetitions);
        message
    })
}

/// Cut twice at one place, a body has an empty frame.
fn cut(body: &Bytes, cuts: &[Index]) -> Vec<Bytes> {
    let places = cuts.iter().map(|cut| cut.index(body.len() + 1));
    let mut places: Vec<_> = places.chain([0, body.len()]).collect();
    places.sort_unstable();
    let frame = |ends: &[usize]| body.slice(ends[0]..ends[1]);
    places.windows(2).map(frame).collect()
}

/// All that a sender, an operator and a handler see of a request.
#[derive(Debug, PartialEq)]
struct Outcome {
    status: StatusCode,
    rejection: Option<RejectionKind>,
    answer: Bytes,
    delivery: Option<(String, u64, Bytes)>,
}

impl Outcome {
    fn delivered(message: &Message) -> Self {
        let body = Bytes::from(message.body.clone());
        Self {
            status: StatusCode::OK,
            rejection: None,
            answer: body.clone(),
            delivery: Some((message.id.clone(), message.timestamp, body)),
        }
    }

    fn refused(status: StatusCode, kind: RejectionKind) -> Self {
        Self {
            status,
            rejection: Some(kind),
            answer: Bytes::new(),
            delivery: None,
        }
    }
}

/// The outcome over a handler that answers with the body that it reads, and shows its delivery.
fn outcome(receiver: Receiver, request: Request<Frames>) -> Outcome {
    let handler = service_fn(async |mut request: Request<Full<Bytes>>| {
        let delivery = request.extensions_mut().remove::<Delivery<Bytes>>();
        let mut response = Response::new(request.into_body());
        response
            .extensions_mut()
            .insert(delivery.expect("a delivery"));
        Ok::<_, Infallible>(response)
    });
    let service = WebhookLayer::new(receiver)
        .inner_body::<Full<Bytes>>()
        .layer(handler);
    let (parts, body) = now(service.oneshot(request)).unwrap().into_parts();
    let rejection: Option<&Rejection> = parts.extensions.get();
    let delivery: Option<&Delivery<Bytes>> = parts.extensions.get();
    Outcome {
        status: parts.status,
        rejection: rejection.map(Rejection::kind),
        answer: now(body.collect()).unwrap().to_bytes(),
        delivery: delivery.map(|delivery| {
            let (id, timestamp) = (delivery.id().to_string(), delivery.timestamp());
            (
                id,
                timestamp.unwrap().unix_seconds(),
                delivery.body().clone(),
            )
        }),
    }
}

proptest! {
    #[test]
    fn how_a_body_is_cut_into_frames_changes_nothing(
        sender in sender(),
        message in message_of_any_size(),
        cuts in vec(any::<Index>(), 0..20),
        is_forged: bool,
        room in -2..3_isize,
    ) {
        let mut arrival = message.signed_by([&sender]);
        if is_forged {
            arrival.body.push(b' ');
        }
        let body = Bytes::from(arrival.body.clone());
        let max_body_bytes = body.len().saturating_add_signed(room);
        let expected = if body.len() > max_body_bytes {
            Outcome::refused(StatusCode::PAYLOAD_TOO_LARGE, RejectionKind::BodyTooLarge)
        } else if is_forged {
            Outcome::refused(StatusCode::UNAUTHORIZED, RejectionKind::SignatureMismatch)
        } else {
            Outcome::delivered(&message)
        };
        let builder = Receiver::builder([sender.key()]).max_body_bytes(max_body_bytes);
        let frames = cut(&body, &cuts).into_iter().map(Ok);
        let mut request = Request::post("/").body(Frames::new(frames)).unwrap();
        *request.headers_mut() = arrival.headers();
        prop_assert_eq!(outcome(timeless(builder), request), expected);
    }
}
