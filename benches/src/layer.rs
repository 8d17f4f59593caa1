//! The layer around a service that answers at once, so that nothing but the layer is measured.

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::{Ready, ready as answer},
    hint::black_box,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::Full;
use tower::{Layer, Service};
use tower_webhook::{
    Receiver, SourceIp, WebhookLayer,
    layer::WebhookService,
    receiver::{PeerAddr, ReceiverBuilder},
};

use crate::{
    Case,
    case::ready,
    genuine::{SECRET, body, receiver},
};

const TOKEN_HEADER: &str = "x-engage-token";
const PEER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)), 443);
const STRANGER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1)), 1);
/// As hyper reads a body that arrives at once.
const FRAME: usize = 64 * 1024;
/// More than the caches that belong to one core.
const CACHE: usize = 4 * 1024 * 1024;

pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        checks_alone(1024),
        inner_alone(1024),
        inner_alone(1024 * 1024),
        one_frame(1024),
        one_frame(FRAME),
        many_frames(1024 * 1024),
    ];
    cases.extend(after_the_last_frame("layer", &receiver(), request));
    cases.extend([1024, 1024 * 1024].into_iter().flat_map(refusals));
    cases
}

/// Echoes the body, so that whoever drops the answer drops the body too.
#[derive(Clone, Copy)]
pub struct Echo;

impl Service<Request<Full<Bytes>>> for Echo {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        answer(Ok(Response::new(request.into_body())))
    }
}

type Guarded = WebhookService<Echo, Bytes, Full<Bytes>>;

pub fn guarded(receiver: Receiver) -> Guarded {
    WebhookLayer::new(receiver).inner_body().layer(Echo)
}

/// As a server hands it over: with something in the extensions, such as the peer's address.
fn request(body: Bytes) -> Request<Full<Bytes>> {
    let mut request = crate::genuine::request(body);
    request.extensions_mut().insert(PeerAddr(PEER));
    request
}

/// What the layer cannot do without, and what it is compared with.
fn checks_alone(bytes: usize) -> Case {
    let receiver = receiver();
    let request = request(body(bytes));
    let body = body(bytes);
    Case::with_input(
        "layer",
        "the checks alone",
        bytes,
        move || request.clone().into_parts().0,
        move |parts| {
            let head = receiver.check_head(&parts);
            let verified = head.and_then(|head| head.check_signature(body.clone()));
            (verified.expect("a genuine delivery"), parts)
        },
    )
}

/// The service without a layer, which is no part of the layer's cost.
fn inner_alone(bytes: usize) -> Case {
    let request = request(body(bytes));
    Case::with_input(
        "layer",
        "the inner service alone",
        bytes,
        move || request.clone(),
        |request| ready(Echo.call(request)),
    )
}

fn one_frame(bytes: usize) -> Case {
    let mut service = guarded(receiver());
    let request = request(body(bytes));
    Case::with_input(
        "layer",
        "one frame",
        bytes,
        move || request.clone(),
        move |request| accepted(ready(service.call(request))),
    )
}

fn many_frames(bytes: usize) -> Case {
    let mut service = guarded(receiver());
    let request = request(body(bytes));
    Case::with_input(
        "layer",
        "many frames",
        bytes,
        move || request.clone().map(|_| Frames::whole(bytes)),
        move |request| accepted(ready(service.call(request))),
    )
}

/// What is left to do once the body is complete: only that can delay the answer to a sender whose body arrives slower
/// than it is hashed. It must not grow with the body, of which there is a smaller and a larger one.
pub fn after_the_last_frame(
    group: &'static str,
    receiver: &Receiver,
    signed: fn(Bytes) -> Request<Full<Bytes>>,
) -> [Case; 2] {
    [2 * FRAME, 1024 * 1024].map(|bytes| {
        let mut service = guarded(receiver.clone());
        let request = signed(body(bytes));
        let evicted = vec![1_u8; CACHE];
        Case::with_fresh_input(
            group,
            "after the last frame",
            bytes,
            move || {
                let mut future = Box::pin(
                    service.call(request.clone().map(|_| Frames::whole(bytes).pause_at_end())),
                );
                assert!(poll(future.as_mut()).is_pending());
                // A large body leaves the caches cold and a small one does not. That is no work of the layer's.
                black_box(evicted.iter().map(|byte| u64::from(*byte)).sum::<u64>());
                future
            },
            |mut future| match poll(future.as_mut()) {
                Poll::Ready(answer) => (accepted(answer), future),
                Poll::Pending => unreachable!("the body has ended"),
            },
        )
    })
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// One request for each reason of the head, at a size that must not matter.
fn refusals(bytes: usize) -> [Case; 4] {
    let refused = |contender, receiver: Receiver, change: fn(&mut Request<Full<Bytes>>)| {
        let mut service = guarded(receiver);
        let mut request = request(body(bytes));
        change(&mut request);
        Case::with_input(
            "layer",
            contender,
            bytes,
            move || request.clone(),
            move |request| {
                let answer = ready(service.call(request)).expect("an answer");
                assert!(answer.status().is_client_error());
                answer
            },
        )
    };
    let requiring = |require: fn(ReceiverBuilder) -> ReceiverBuilder| {
        let builder = Receiver::builder([SECRET]).max_body_bytes(2 * 1024 * 1024);
        require(builder).build().expect("a configuration")
    };
    [
        refused(
            "refused: source IP",
            requiring(|builder| builder.source_ip(SourceIp::allow(["203.0.113.0/24"]))),
            |request| {
                request.extensions_mut().insert(PeerAddr(STRANGER));
            },
        ),
        refused(
            "refused: token",
            requiring(|builder| builder.header_token(TOKEN_HEADER, ["a token"])),
            |request| {
                let token = http::HeaderValue::from_static("guessed");
                request.headers_mut().insert(TOKEN_HEADER, token);
            },
        ),
        refused("refused: headers", receiver(), |request| {
            request.headers_mut().remove("svix-signature");
        }),
        refused("refused: clock", receiver(), |request| {
            let long_ago = http::HeaderValue::from_static("1614265330");
            request.headers_mut().insert("svix-timestamp", long_ago);
        }),
    ]
}

fn accepted<B>(answer: Result<Response<B>, Infallible>) -> Result<Response<B>, Infallible> {
    assert!(
        answer
            .as_ref()
            .is_ok_and(|answer| answer.status().is_success())
    );
    answer
}

/// A body that arrives in frames.
pub struct Frames {
    left: VecDeque<Bytes>,
    pause_at_end: bool,
}

impl Frames {
    pub fn whole(bytes: usize) -> Self {
        let frame = body(FRAME);
        let frames = (0..bytes.div_ceil(FRAME)).map(|_| frame.clone());
        Self {
            left: frames.collect(),
            pause_at_end: false,
        }
    }

    /// Lets the reader wait once between the last frame and the end.
    fn pause_at_end(mut self) -> Self {
        self.pause_at_end = true;
        self
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.left.pop_front() {
            Some(frame) => Poll::Ready(Some(Ok(Frame::data(frame)))),
            None if std::mem::take(&mut self.pause_at_end) => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}
