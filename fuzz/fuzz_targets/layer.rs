//! Arbitrary requests in arbitrary frames through the layer: refused, or handed over with a genuine delivery, never both.

#![no_main]

use std::{cell::Cell, convert::Infallible, future::ready, sync::LazyLock};

use allocation_counter::measure;
use arbitrary::Arbitrary;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, request::Parts};
use libfuzzer_sys::fuzz_target;
use tower::{Layer, Service, service_fn};
use tower_webhook::{
    Delivery, Idempotency, Rejection, RejectionKind, WebhookLayer, event::WebhookEvent,
    idempotency::MemoryStore, voyado,
};
use tower_webhook_fuzz::{
    endpoint::{
        ALLOWED, MAX_BODY_BYTES, NOW, RECEIVER, TOKEN, TOKEN_HEADER, clock, set_clock, set_peer,
    },
    frames::{Ending, Frames, run},
    model::{
        self,
        signature_list::{self, Entry},
    },
    sender::{ID, KNOWN, STRANGER},
    text,
};

/// A body while it is copied into a larger buffer, and an event of members that are as short as can be.
const MAX_MEMORY: u64 = 8 * MAX_BODY_BYTES as u64 + 16 * 1024;

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

fuzz_target!(init: LazyLock::force(&RECEIVER), |input: Input<'_>| {
    match input.event {
        EventOf::Bytes => check::<Bytes>(&input),
        EventOf::Voyado => check::<voyado::Event>(&input),
    }
});

fn check<E: WebhookEvent>(input: &Input<'_>) {
    set_clock(NOW);
    let (parts, body) = read(input.request, input.signed_by);
    let idempotency = Idempotency::new(
        "fuzz",
        MemoryStore::with_clock(8, clock).expect("a capacity"),
    );
    let layer = WebhookLayer::new(RECEIVER.clone())
        .decode::<E>()
        .inner_body::<Bytes>()
        .idempotency(idempotency)
        .expect("a lease and a retention");
    let handled_with = match input.handled {
        Handled::Well => StatusCode::NO_CONTENT,
        Handled::Badly => StatusCode::INTERNAL_SERVER_ERROR,
    };

    let polls = Cell::new(0);
    let frames = Frames::new(
        body.clone(),
        input.frames,
        input.pauses,
        input.ending,
        &polls,
    );
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
        Ok(()) => match input.event {
            EventOf::Bytes => Outcome::Handled,
            EventOf::Voyado => of_envelope(&body, outcome),
        },
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

/// What has to come of an envelope; where the model does not decide, that it is handled or refused for what it says.
fn of_envelope(body: &[u8], outcome: Outcome) -> Outcome {
    let malformed = Outcome::Refused(RejectionKind::MalformedEvent);
    let sealed_badly = Outcome::Refused(RejectionKind::DecryptionFailed);
    match model::envelope::is_read(body) {
        Some(false) => malformed,
        None if [malformed, sealed_badly].contains(&outcome) => outcome,
        Some(true) | None => Outcome::Handled,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Handled,
    Refused(RejectionKind),
}

/// Sends a request through the layer to a service that looks at what it gets.
fn exchange<E: WebhookEvent>(
    layer: &WebhookLayer<E, Bytes, MemoryStore>,
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
    let encoded = genuine.trim_start_matches("v1,").as_bytes();
    signature_list::entries(&signed.signatures).contains(&Entry::HmacSha256(encoded))
}
