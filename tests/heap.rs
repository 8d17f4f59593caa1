//! How much of the heap a body takes at its peak. A binary of its own, since it needs an allocator that knows when a
//! buffer grows where it is; one test, since that allocator counts for the whole process.

use std::{
    convert::Infallible,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header::CONTENT_LENGTH};
use http_body::{Body, Frame};
use http_body_util::Full;
use tower::{Layer, Service, service_fn};
use tower_webhook::{Receiver, Timestamp, WebhookLayer, layer::RequestBody, testing::Signer};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW: u64 = 1_614_265_330;
const KIB: usize = 1024;
const LIMIT: usize = 1024 * KIB;

/// A body whose frames are made one at a time, as a connection reads them.
struct Arriving {
    left: usize,
    frame: usize,
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = self.frame.min(self.left);
        self.left -= bytes;
        let frame = (bytes > 0).then(|| Ok(Frame::data(Bytes::from(vec![b'a'; bytes]))));
        Poll::Ready(frame)
    }
}

/// The status of the answer, and the most bytes of heap that were held beyond what was held before.
fn peak<B: Body + 'static>(request: Request<B>) -> (StatusCode, usize)
where
    B::Error: std::fmt::Debug,
{
    let receiver = Receiver::builder([SECRET])
        .max_body_bytes(LIMIT)
        .clock(|| Duration::from_secs(NOW))
        .build()
        .expect("a configuration");
    let mut service =
        WebhookLayer::new(receiver).layer(service_fn(async |_: Request<RequestBody>| {
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        }));
    let profiler = dhat::Profiler::builder().testing().build();
    let before = dhat::HeapStats::get().curr_bytes;
    let mut future = pin!(service.call(request));
    // Many small frames are read in several polls, and the layer asks to be polled again.
    let mut cx = Context::from_waker(Waker::noop());
    let answer = loop {
        let polled = future.as_mut().poll(&mut cx);
        if polled.is_ready() {
            break polled;
        }
    };
    let peak = dhat::HeapStats::get().max_bytes - before;
    drop(profiler);
    match answer {
        Poll::Ready(Ok(answer)) => (answer.status(), peak),
        _ => panic!("no answer"),
    }
}

fn signed(bytes: usize) -> Request<Full<Bytes>> {
    let signer = Signer::new(SECRET).expect("a secret");
    let at = Timestamp::from_unix_seconds(NOW);
    signer.request("msg_1", at, vec![b'a'; bytes])
}

#[test]
fn a_body_takes_little_more_than_itself_and_a_false_content_length_nothing() {
    for (bytes, frame) in [
        (LIMIT, 16 * KIB),
        (LIMIT, 64 * KIB),
        (LIMIT - 1, 16 * KIB + 1),
        (LIMIT, 512 * KIB),
        (200 * KIB, 1),
    ] {
        let arriving = Arriving { left: bytes, frame };
        let (status, peak) = peak(signed(bytes).map(|_| arriving));
        assert_eq!(status, StatusCode::OK);
        let most = bytes + frame + 64 * KIB;
        assert!(
            peak <= most,
            "{bytes} in frames of {frame}: {peak} > {most}"
        );
    }

    let mut request = signed(2).map(|_| Arriving { left: 2, frame: 1 });
    let announced = LIMIT.to_string().parse().expect("a header value");
    request.headers_mut().insert(CONTENT_LENGTH, announced);
    let (status, peak) = peak(request);
    assert_eq!(status, StatusCode::OK);
    assert!(peak <= 4 * KIB, "{peak}");
}
