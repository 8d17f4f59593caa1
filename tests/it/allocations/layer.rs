//! What the layer allocates around its checks.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    net::SocketAddr,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tower::{Layer, Service};
use tower_webhook::{
    Receiver, WebhookLayer, decrypt::Aes256Cbc, event::WebhookEvent, receiver::PeerAddr, voyado,
};

use crate::{
    layer::{builder, genuine},
    support::SECRET,
};

/// The first header of a response, `connection: close`.
const CLOSE: u64 = 2;

/// The label of the counter of outcomes, by the feature `metrics`.
const METRICS: u64 = 1;

/// Answers at once and allocates nothing.
#[derive(Clone)]
struct Inner;

impl<B> Service<Request<B>> for Inner {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        ready(Ok(Response::new(())))
    }
}

/// A request as a server hands it over: with something in its extensions, such as the peer's address.
fn served(body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let mut request = genuine(body);
    let peer: SocketAddr = "203.0.113.7:443".parse().unwrap();
    request.extensions_mut().insert(PeerAddr(peer));
    request
}

/// How often a layer allocates for one request, with its answer's status.
fn allocations<E: WebhookEvent>(
    receiver: Receiver,
    request: Request<Full<Bytes>>,
) -> (StatusCode, u64) {
    let mut service = WebhookLayer::new(receiver).decode::<E>().layer(Inner);
    let mut status = None;
    let measured = allocation_counter::measure(|| {
        let future = pin!(service.call(request));
        if let Poll::Ready(Ok(answer)) = future.poll(&mut Context::from_waker(Waker::noop())) {
            status = Some(answer.status());
        }
    });
    (status.unwrap(), measured.count_total - METRICS)
}

#[test]
fn an_accepted_body_of_one_frame_costs_three() {
    let body = Bytes::from(vec![b'x'; 1024]);
    let of_three = Receiver::builder([SECRET, SECRET, SECRET])
        .clock(|| Duration::from_secs(crate::support::NOW))
        .build()
        .unwrap();
    // What is hashed, the delivery, and its place in the extensions.
    for receiver in [builder().build().unwrap(), of_three] {
        let counted = allocations::<Bytes>(receiver, served(body.clone()));
        assert_eq!(counted, (StatusCode::OK, 3));
    }
}

#[test]
fn a_body_of_under_a_kibibyte_costs_its_copy_besides() {
    let body = Bytes::from(vec![b'x'; 1023]);
    let receiver = builder().build().unwrap();
    // The copy, and what its handles share.
    let counted = allocations::<Bytes>(receiver, served(body.clone()));
    assert_eq!(counted, (StatusCode::OK, 3 + 2));
}

#[test]
fn a_forged_body_costs_the_hash_and_the_rejection_in_the_answers_extensions() {
    let request = served("{}").map(|_| Full::from(Bytes::from_static(b"[]")));
    let counted = allocations::<Bytes>(builder().build().unwrap(), request);
    assert_eq!(counted, (StatusCode::UNAUTHORIZED, 1 + 3 + CLOSE));
}

#[test]
fn a_head_that_is_refused_costs_the_rejection_in_the_answers_extensions() {
    let mut request = served("{}");
    request.headers_mut().remove("svix-signature");
    let counted = allocations::<Bytes>(builder().build().unwrap(), request);
    assert_eq!(counted, (StatusCode::BAD_REQUEST, 3 + CLOSE));
}

#[test]
fn an_encrypted_event_costs_the_plaintexts_buffer_more_than_a_plain_one() {
    let key = Aes256Cbc::new("DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2").unwrap();
    let plain = voyado::EventType::ContactDeleted.sample();
    let sealed =
        tower_webhook::testing::sealed_envelope(plain, |payload| key.seal(payload, [7; 16]));
    let count = |envelope: &str| {
        let receiver = builder().decrypt(key.clone()).build().unwrap();
        let body = Bytes::copy_from_slice(envelope.as_bytes());
        let (status, count) = allocations::<voyado::Event>(receiver, served(body));
        assert_eq!(status, StatusCode::OK);
        count
    };
    let encrypted = sealed.unwrap();
    // The engines for base64 are made once for the process.
    count(&encrypted);
    assert_eq!(count(&encrypted), count(plain) + 1);
}
