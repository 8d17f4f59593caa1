//! One genuine request, and ways to change one thing of it.

use std::{
    env,
    io::{self, Write},
    marker::PhantomData,
    pin::pin,
    sync::{Arc, LazyLock, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::Full;
use tower_webhook::{
    Delivery, Receiver, RejectionKind, Timestamp,
    event::{AuthenticBody, DecodeError, WebhookEvent},
    testing::Signer,
};
use tracing::{Dispatch, subscriber::NoSubscriber};

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
pub(crate) const NOW: u64 = 1_614_265_330;
pub(crate) const BODY: &str = r#"{"test": 2432232314}"#;

pub(crate) fn receiver_at(seconds: u64) -> Receiver {
    Receiver::builder([SECRET])
        .clock(move || Duration::from_secs(seconds))
        .build()
        .unwrap()
}

pub(crate) fn signer() -> Signer {
    Signer::new(SECRET).unwrap()
}

/// Signs the body at [`NOW`] and takes it through every step.
pub(crate) fn open<E: WebhookEvent>(body: impl Into<Bytes>) -> Result<Delivery<E>, RejectionKind> {
    let body = body.into();
    let request: http::Request<Full<Bytes>> =
        signer().request(ID, Timestamp::from_unix_seconds(NOW), body.clone());
    let opened = receiver_at(NOW)
        .check_head(request.headers())
        .and_then(|head| head.check_signature(body))
        .and_then(tower_webhook::receiver::Verified::open);
    opened.map_err(|rejection| rejection.kind())
}

/// Why a genuine body cannot be decoded, which the whole decision tells only in part.
pub(crate) fn decode_error<E: WebhookEvent>(body: impl Into<Bytes>) -> DecodeError {
    let delivery = open::<Attempt<E>>(body).unwrap();
    delivery.event().error.clone().expect("an error")
}

/// The outcome of decoding an event.
struct Attempt<E> {
    error: Option<DecodeError>,
    event: PhantomData<fn() -> E>,
}

impl<E: WebhookEvent> WebhookEvent for Attempt<E> {
    fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            error: E::decode(body).err(),
            event: PhantomData,
        })
    }
}

/// A `v1` entry over any texts.
pub(crate) fn signature_of(id: &str, timestamp: &str, body: impl AsRef<[u8]>) -> String {
    let key = STANDARD
        .decode(SECRET.trim_start_matches("whsec_"))
        .unwrap();
    signature_by(&key, id, timestamp, body)
}

/// A `v1` entry by any key, with a computation of its own.
pub(crate) fn signature_by(
    key: &[u8],
    id: &str,
    timestamp: &str,
    body: impl AsRef<[u8]>,
) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body.as_ref());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The genuine signature of the genuine request.
pub(crate) fn genuine() -> String {
    signature_of(ID, &NOW.to_string(), BODY)
}

pub(crate) fn append(headers: &mut HeaderMap, name: &str, value: impl AsRef<[u8]>) {
    headers.append(
        HeaderName::from_bytes(name.as_bytes()).unwrap(),
        HeaderValue::from_bytes(value.as_ref()).unwrap(),
    );
}

/// A complete set of one family.
pub(crate) fn set(
    family: &str,
    id: impl AsRef<[u8]>,
    timestamp: impl AsRef<[u8]>,
    signature: impl AsRef<[u8]>,
) -> HeaderMap {
    let mut headers = HeaderMap::new();
    append(&mut headers, &format!("{family}-id"), id);
    append(&mut headers, &format!("{family}-timestamp"), timestamp);
    append(&mut headers, &format!("{family}-signature"), signature);
    headers
}

/// The headers of the genuine request.
pub(crate) fn genuine_set(family: &str) -> HeaderMap {
    set(family, ID, NOW.to_string(), genuine())
}

/// What a receiver says to headers and a body.
pub(crate) fn answer(
    receiver: &Receiver,
    headers: &HeaderMap,
    body: impl Into<Bytes>,
) -> Result<(), RejectionKind> {
    let verified = receiver
        .check_head(headers)
        .and_then(|head| head.check_signature(body));
    verified.map(drop).map_err(|rejection| rejection.kind())
}

/// [`answer`] of a receiver at [`NOW`] to the genuine body.
pub(crate) fn answer_now(headers: &HeaderMap) -> Result<(), RejectionKind> {
    answer(&receiver_at(NOW), headers, BODY)
}

/// Says loudly that a test does without something that this machine has not; in CI that is a failure.
pub(crate) fn skip(what: &str, why: &str) {
    assert!(
        env::var_os("CI").is_none(),
        "{what}: {why}, and in CI nothing is skipped"
    );
    // Not by a macro, whose output is shown only if the test fails.
    let loudly = format!("\n*** SKIPPED: {what}, since {why} ***\n");
    io::stderr().write_all(loudly.as_bytes()).unwrap();
}

/// The output of a future that is ready when it is polled first, as those of a memory store and of whole bodies are.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("not ready"),
    }
}

/// While there is but one subscriber, tracing asks the thread that comes to an event first whether it is wanted, and then
/// believes that of every thread: often it is the thread of another test, which has no subscriber. So there is a second one.
static SECOND_SUBSCRIBER: LazyLock<Dispatch> =
    LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

/// What the crate logs on this thread while `act` runs.
pub(crate) fn log_of(act: impl FnOnce()) -> String {
    LazyLock::force(&SECOND_SUBSCRIBER);
    let log = Log::default();
    let written = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || log.clone())
        .with_ansi(false)
        .finish();
    tracing::subscriber::with_default(subscriber, act);
    String::from_utf8(written.0.lock().unwrap().clone()).unwrap()
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
