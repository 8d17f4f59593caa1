//! The layer around real and hostile services.

mod axum_stack;
mod bodies;
mod completions;
mod decompression;
mod limits;
mod monitor;
mod outcomes;
mod refusals;
mod request_body;
mod settled_after_body;
mod socket;
mod stacks;

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::Full;
use tower::{Layer as _, Service, service_fn};
use tower_webhook::{
    Delivery, Receiver, Timestamp, WebhookLayer, idempotency::Unguarded, layer::ResponseBody,
    receiver::ReceiverBuilder,
};

use crate::support::{ID, NOW, SECRET, signer};

pub(crate) fn builder() -> ReceiverBuilder {
    Receiver::builder([SECRET]).clock(|| Duration::from_secs(NOW))
}

/// A layer over the inner services of these tests, which take a `Full<Bytes>`.
pub(crate) type Layer<E = Bytes, I = Unguarded> = WebhookLayer<E, Full<Bytes>, I>;

/// The responses of a layer over these inner services.
pub(crate) type Answer = Response<ResponseBody<Full<Bytes>>>;

pub(crate) fn layer() -> Layer {
    layer_of(builder())
}

pub(crate) fn layer_of(builder: ReceiverBuilder) -> Layer {
    WebhookLayer::new(builder.build().unwrap()).inner_body()
}

pub(crate) fn genuine(body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    signer().request(ID, Timestamp::from_unix_seconds(NOW), body)
}

/// A service that fails the test if it is reached.
pub(crate) fn unreachable_inner()
-> impl Service<Request<Full<Bytes>>, Response = Response<Full<Bytes>>, Error = Infallible, Future: Send>
+ Clone {
    service_fn(async |_: Request<Full<Bytes>>| -> Result<_, Infallible> {
        panic!("the inner service was reached")
    })
}

/// A service that echoes the body of the delivery.
pub(crate) fn echo()
-> impl Service<Request<Full<Bytes>>, Response = Response<Full<Bytes>>, Error = Infallible, Future: Send>
+ Clone {
    service_fn(async |request: Request<Full<Bytes>>| {
        let delivery: &Delivery<Bytes> = request.extensions().get().expect("a delivery");
        Ok(Response::new(Full::new(delivery.body().clone())))
    })
}

/// A body of the frames given, which counts how often it is polled.
#[derive(Clone)]
pub(crate) struct Frames {
    left: std::collections::VecDeque<Result<Bytes, &'static str>>,
    then_pending: bool,
    polls: Arc<AtomicUsize>,
}

impl Frames {
    pub(crate) fn new(frames: impl IntoIterator<Item = Result<Bytes, &'static str>>) -> Self {
        Self {
            left: frames.into_iter().collect(),
            then_pending: false,
            polls: Arc::default(),
        }
    }

    pub(crate) fn then_pending(mut self) -> Self {
        self.then_pending = true;
        self
    }

    pub(crate) fn polls(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.polls)
    }
}

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        self.polls.fetch_add(1, Ordering::Relaxed);
        match self.left.pop_front() {
            Some(frame) => Poll::Ready(Some(frame.map(Frame::data))),
            None if self.then_pending => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}

pub(crate) fn around<S>(inner: S) -> <Layer as tower::Layer<S>>::Service {
    layer().layer(inner)
}

#[test]
fn a_service_gives_back_its_inner_service() {
    let mut service = layer().layer("inner");
    assert_eq!(*service.get_ref(), "inner");
    *service.get_mut() = "another";
    assert_eq!(service.into_inner(), "another");
}
