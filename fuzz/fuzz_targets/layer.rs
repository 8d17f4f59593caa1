//! Arbitrary requests in arbitrary frames through the layer: refused, or handed over with a genuine delivery, never both.

#![no_main]

use std::{
    cell::Cell,
    collections::VecDeque,
    convert::Infallible,
    future::ready,
    pin::{Pin, pin},
    sync::LazyLock,
    task::{Context, Poll, Waker},
};

use allocation_counter::measure;
use arbitrary::Arbitrary;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, request::Parts};
use http_body::{Body, Frame};
use libfuzzer_sys::fuzz_target;
use tower::{Layer, Service, service_fn};
use tower_webhook::{
    Delivery, EmptyRejectionResponse, Idempotency, MemoryStore, Rejection, RejectionKind,
    WebhookEvent, WebhookLayer, voyado,
};
use tower_webhook_fuzz::{
    endpoint::{
        ALLOWED, MAX_BODY_BYTES, NOW, RECEIVER, TOKEN, TOKEN_HEADER, clock, set_clock, set_peer,
    },
    model::{self, signature_list},
    sender::{ID, KNOWN, STRANGER},
    text,
};

/// The first growth of a body's buffer, once more while it is moved, and an event.
const MAX_MEMORY: u64 = 256 * 1024;
/// More than a body has frames and pauses.
const MAX_POLLS: usize = 64;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    signed_by: SignedBy,
    event: EventOf,
    handled: Handled,
    /// The lengths of the first frames; the last takes the rest.
    frames: [u8; 4],
    /// Before which frames the body is not ready, bit by bit.
    pauses: u8,
    ending: Ending,
    /// Lines of headers, an empty line, the body.
    request: &'a [u8],
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum SignedBy {
    /// Whatever the headers say.
    AsSent,
    Known,
    Stranger,
}

#[derive(Arbitrary, Debug)]
enum EventOf {
    Bytes,
    Voyado,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Handled {
    Well,
    Badly,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Ending {
    Whole,
    Trailers,
    BreaksOff,
}

fuzz_target!(init: LazyLock::force(&RECEIVER), |input: Input<'_>| {
    match input.event {
        EventOf::Bytes => check::<Bytes>(&input),
        EventOf::Voyado => check::<voyado::Event>(&input),
    }
});

fn check<E: WebhookEvent>(input: &Input<'_>) {
    set_clock(NOW);
    let (parts, body) = read(input.request, input.signed_by);
    let idempotency = Idempotency::new(MemoryStore::with_clock(8, clock));
    let layer = WebhookLayer::<E>::new(RECEIVER.clone())
        .inner_body::<Bytes>()
        .idempotency(idempotency);
    let handled_with = match input.handled {
        Handled::Well => StatusCode::NO_CONTENT,
        Handled::Badly => StatusCode::INTERNAL_SERVER_ERROR,
    };

    let polls = Cell::new(0);
    let frames = Frames::of(input, body.clone(), &polls);
    let request = Request::from_parts(parts.clone(), frames);
    let mut outcome = None;
    let memory = measure(|| outcome = Some(exchange(&layer, request, handled_with)));
    let outcome = outcome.expect("it was answered");
    assert!(memory.bytes_max <= MAX_MEMORY, "{memory:?}");

    let breaks_off = matches!(input.ending, Ending::BreaksOff);
    let expected = match model::head::verdict(&parts, NOW) {
        Err(kind) => {
            assert_eq!(polls.get(), 0);
            Outcome::Refused(kind)
        }
        Ok(()) if body.len() > MAX_BODY_BYTES => Outcome::Refused(RejectionKind::BodyTooLarge),
        Ok(()) if breaks_off => Outcome::Refused(RejectionKind::BodyIncomplete),
        Ok(()) if !is_genuine(&parts.headers, &body) => {
            Outcome::Refused(RejectionKind::SignatureMismatch)
        }
        Ok(()) if is_about_its_content(outcome) && matches!(input.event, EventOf::Voyado) => {
            outcome
        }
        Ok(()) => Outcome::Handled,
    };
    assert_eq!(outcome, expected);

    // Once more, in one frame: it is handled once, if it was handled well, and the frames changed nothing.
    if !breaks_off {
        let whole = Frames::whole(body, &polls);
        let again = exchange(&layer, Request::from_parts(parts, whole), handled_with);
        let expected = match (outcome, input.handled) {
            (Outcome::Handled, Handled::Well) => Outcome::Refused(RejectionKind::AlreadyHandled),
            _ => outcome,
        };
        assert_eq!(again, expected);
    }
}

/// Whether it is refused for what the event says.
fn is_about_its_content(outcome: Outcome) -> bool {
    let kinds = [
        RejectionKind::MalformedEvent,
        RejectionKind::DecryptionFailed,
    ];
    kinds.map(Outcome::Refused).contains(&outcome)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Handled,
    Refused(RejectionKind),
}

/// Sends a request through the layer to a service that looks at what it gets.
fn exchange<E: WebhookEvent>(
    layer: &WebhookLayer<E, Bytes, EmptyRejectionResponse, MemoryStore>,
    request: Request<Frames<'_>>,
    handled_with: StatusCode,
) -> Outcome {
    let times_handled = Cell::new(0);
    let inner = service_fn(|request: Request<Bytes>| {
        times_handled.set(times_handled.get() + 1);
        assert!(request.extensions().get::<Rejection>().is_none());
        let delivery: &Delivery<E> = request.extensions().get().expect("a delivery");
        let signed = model::head::signed(request.headers()).expect("signature headers");
        assert_eq!(delivery.id().as_str().as_bytes(), signed.ids[0]);
        assert_eq!(delivery.body(), request.body());
        let answer = Response::builder().status(handled_with).body(Bytes::new());
        ready(Ok::<_, Infallible>(answer.expect("a response")))
    });
    let answer = run(layer.layer(inner).call(request));
    if let Some(rejection) = answer.extensions().get::<Rejection>() {
        assert_eq!(times_handled.get(), 0);
        return Outcome::Refused(rejection.kind());
    }
    assert_eq!(times_handled.get(), 1);
    assert_eq!(answer.status(), handled_with);
    Outcome::Handled
}

/// Polls a future that is woken as soon as it waits.
fn run<F: Future<Output = Result<T, Infallible>>, T>(future: F) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..MAX_POLLS {
        if let Poll::Ready(Ok(output)) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("it waits for nothing");
}

/// The head and the body of a request. What its headers lack is filled in, so that signing is all that it takes.
fn read(text: &[u8], signed_by: SignedBy) -> (Parts, Bytes) {
    let end = text.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = match end {
        Some(end) => (&text[..end], &text[end + 2..]),
        None => (text, &[][..]),
    };
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.method = Method::POST;
    parts.headers = text::headers(head);
    set_peer(&mut parts, ALLOWED);
    let sender = match signed_by {
        SignedBy::AsSent => return (parts, Bytes::copy_from_slice(body)),
        SignedBy::Known => &KNOWN,
        SignedBy::Stranger => &STRANGER,
    };
    let headers = &mut parts.headers;
    let mut value_of = |name, value| {
        let value = headers.entry(name).or_insert(value);
        value.as_bytes().to_vec()
    };
    value_of(TOKEN_HEADER, HeaderValue::from_static(TOKEN));
    let id = value_of("svix-id", HeaderValue::from_static(ID));
    let timestamp = value_of("svix-timestamp", HeaderValue::from(NOW));
    let entry = sender.entry(&id, &timestamp, body);
    let entry = HeaderValue::from_str(&entry).expect("visible ASCII");
    headers.append("svix-signature", entry);
    (parts, Bytes::copy_from_slice(body))
}

fn is_genuine(headers: &HeaderMap, body: &[u8]) -> bool {
    let signed = model::head::signed(headers).expect("signature headers");
    let genuine = KNOWN.entry(signed.ids[0], signed.timestamps[0], body);
    signature_list::entries(&signed.signatures).contains(&genuine.as_bytes())
}

/// The frames of a request's body, which count how often they are polled.
struct Frames<'p> {
    steps: VecDeque<Step>,
    polls: &'p Cell<usize>,
}

enum Step {
    Data(Bytes),
    Pause,
    Trailers,
    BreakOff,
}

impl<'p> Frames<'p> {
    fn of(input: &Input<'_>, mut body: Bytes, polls: &'p Cell<usize>) -> Self {
        let mut steps = VecDeque::new();
        for (at, len) in input.frames.into_iter().enumerate() {
            if input.pauses & 1 << at != 0 {
                steps.push_back(Step::Pause);
            }
            let frame = body.split_to(body.len().min(len.into()));
            steps.push_back(Step::Data(frame));
        }
        steps.push_back(Step::Data(body));
        match input.ending {
            Ending::Whole => {}
            Ending::Trailers => steps.push_back(Step::Trailers),
            Ending::BreaksOff => steps.push_back(Step::BreakOff),
        }
        Self { steps, polls }
    }

    fn whole(body: Bytes, polls: &'p Cell<usize>) -> Self {
        let steps = [Step::Data(body)].into();
        Self { steps, polls }
    }
}

impl Body for Frames<'_> {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        self.polls.set(self.polls.get() + 1);
        let frame = match self.steps.pop_front() {
            Some(Step::Data(data)) => Some(Ok(Frame::data(data))),
            Some(Step::Trailers) => Some(Ok(Frame::trailers(HeaderMap::new()))),
            Some(Step::BreakOff) => Some(Err("broken off")),
            Some(Step::Pause) => {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            None => None,
        };
        Poll::Ready(frame)
    }
}
