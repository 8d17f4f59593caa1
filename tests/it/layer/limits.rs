//! What an unauthenticated client can hold, learn and do.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, Version, request::Parts};
use http_body::Frame;
use http_body_util::Full;
use tower::{Layer as _, Service, ServiceExt, service_fn};
use tower_webhook::{
    Delivery, Rejection, RejectionKind::*, error::RejectionDetail, layer::ProblemDetails,
};

use super::{Frames, around, builder, echo, genuine, layer, layer_of, unreachable_inner};

const KIB: usize = 1024;

fn endless(bytes: usize) -> Request<Frames> {
    genuine("{}").map(|_| Frames::new([Ok(Bytes::from(vec![b'a'; bytes]))]).then_pending())
}

#[tokio::test]
async fn bodies_beyond_the_budget_of_bytes_in_flight_are_rejected_until_others_are_gone() {
    let limited = builder()
        .max_body_bytes(4 * KIB)
        .max_bytes_in_flight(8 * KIB);
    let service = layer_of(limited).layer(echo());
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut future = Box::pin(service.clone().oneshot(endless(4 * KIB)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
        held.push(future);
    }
    let rejected = service.clone().oneshot(endless(1)).await.unwrap();
    assert_eq!(rejected.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(rejected.headers()["retry-after"], "5");
    let rejection: &Rejection = rejected.extensions().get().unwrap();
    assert_eq!(rejection.kind(), Overloaded);
    assert!(matches!(
        rejection.detail(),
        Some(RejectionDetail::BytesInFlight { limit: 8192, .. })
    ));
    held.pop();
    let accepted = service.oneshot(genuine("{}")).await.unwrap();
    assert_eq!(accepted.status(), StatusCode::OK);
}

#[tokio::test]
async fn clones_of_a_receiver_share_the_budget_and_no_budget_is_below_one_body() {
    let receiver = builder()
        .max_body_bytes(KIB)
        .max_bytes_in_flight(1)
        .build()
        .unwrap();
    let new = || tower_webhook::WebhookLayer::new(receiver.clone()).inner_body::<Full<Bytes>>();
    let mut held = pin!(new().layer(echo()).oneshot(endless(KIB)));
    let mut context = Context::from_waker(Waker::noop());
    assert!(held.as_mut().poll(&mut context).is_pending());
    let rejected = new().layer(echo()).oneshot(genuine("{}")).await.unwrap();
    assert_eq!(rejected.status(), StatusCode::SERVICE_UNAVAILABLE);
}

/// Counts how often it wakes.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A body of empty frames without end.
struct Empty;

impl http_body::Body for Empty {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::new()))))
    }
}

#[test]
fn a_body_of_empty_frames_without_end_yields_and_is_woken_again() {
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&wakes));
    let request = genuine("{}").map(|_| Empty);
    let mut future = pin!(around(unreachable_inner()).oneshot(request));
    for polls in 1..4 {
        let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
        assert_eq!(wakes.0.load(Ordering::Relaxed), polls);
    }
}

#[tokio::test]
async fn over_http_1_a_response_to_what_is_not_verified_closes_the_connection() {
    let mut unsigned = genuine("{}");
    unsigned.headers_mut().remove("svix-id");
    let forged = genuine("{}").map(|_| Full::new(Bytes::from_static(b"[]")));
    for request in [unsigned, forged] {
        for (version, closes) in [
            (Version::HTTP_10, true),
            (Version::HTTP_11, true),
            (Version::HTTP_2, false),
            (Version::HTTP_3, false),
        ] {
            let mut request = request.clone();
            *request.version_mut() = version;
            let service = layer().rejection_response(ProblemDetails);
            let response = service.layer(unreachable_inner()).oneshot(request);
            let response = response.await.unwrap();
            let connection = response.headers().get("connection");
            assert_eq!(connection.is_some_and(|value| value == "close"), closes);
        }
    }
}

#[tokio::test]
async fn a_verified_request_keeps_its_connection_whatever_the_response() {
    let malformed = layer()
        .decode::<tower_webhook::Json<Vec<u8>>>()
        .layer(unreachable_inner());
    let rejected = malformed.oneshot(genuine("{}")).await.unwrap();
    assert_eq!(rejected.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!rejected.headers().contains_key("connection"));
    let accepted = around(echo()).oneshot(genuine("{}")).await.unwrap();
    assert!(!accepted.headers().contains_key("connection"));
}

/// Requests that fail at each rung before the signature.
fn unproven() -> Vec<Request<Full<Bytes>>> {
    let mut get = genuine("{}");
    *get.method_mut() = Method::GET;
    let mut unsigned = genuine("{}");
    unsigned.headers_mut().remove("svix-id");
    let mut stale = genuine("{}");
    let headers = stale.headers_mut();
    headers.insert("svix-timestamp", "1".parse().unwrap());
    let mut long = genuine("{}");
    let headers = long.headers_mut();
    headers.insert("content-length", "999999999".parse().unwrap());
    let forged = genuine("{}").map(|_| Full::new(Bytes::from_static(b"[]")));
    vec![get, unsigned, stale, long, forged]
}

#[tokio::test]
async fn by_choice_every_unproven_request_gets_one_response() {
    let service = layer()
        .rejection_response(ProblemDetails)
        .uniform_rejections()
        .layer(unreachable_inner());
    let mut kinds = Vec::new();
    let mut responses: Vec<(StatusCode, HeaderMap, Bytes)> = Vec::new();
    for request in unproven() {
        let response = service.clone().oneshot(request).await.unwrap();
        let rejection: &Rejection = response.extensions().get().unwrap();
        kinds.push(rejection.kind());
        let (parts, body) = response.into_parts();
        let body = http_body_util::BodyExt::collect(body).await.unwrap();
        responses.push((parts.status, parts.headers, body.to_bytes()));
    }
    let all = [
        MethodNotAllowed,
        MissingSignatureHeaders,
        TimestampTooOld,
        BodyTooLarge,
        SignatureMismatch,
    ];
    assert_eq!(kinds, all);
    assert_eq!(responses[0].0, StatusCode::UNAUTHORIZED);
    for response in &responses {
        assert_eq!(response, &responses[0]);
    }
}

#[tokio::test]
async fn the_header_token_goes_on_as_sensitive_of_verified_and_of_monitored_requests() {
    let tokened = || builder().header_token("x-token", ["a-token"]);
    let show = service_fn(async |request: Request<Full<Bytes>>| {
        let tokens = request.headers().get_all("x-token");
        assert!(tokens.iter().count() > 0);
        assert!(tokens.iter().all(http::HeaderValue::is_sensitive));
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    let mut request = genuine("{}");
    let token = "a-token".parse().unwrap();
    request.headers_mut().insert("x-token", token);
    let enforcing = layer_of(tokened()).layer(show);
    let response = enforcing.oneshot(request.clone()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);

    let other = "another".parse().unwrap();
    request.headers_mut().append("x-token", other);
    let monitoring = layer_of(tokened()).danger_monitor_only().layer(show);
    let response = monitoring.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

/// Counts its clones.
struct Counted(Arc<AtomicUsize>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.0.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(&self.0))
    }
}

impl Service<Request<Full<Bytes>>> for Counted {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Full<Bytes>>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        ready(Ok(Response::default()))
    }
}

#[tokio::test]
async fn for_a_rejected_head_the_inner_service_is_not_cloned() {
    let clones = Arc::new(AtomicUsize::new(0));
    let mut service = layer().layer(Counted(Arc::clone(&clones)));
    let mut unsigned = genuine("{}");
    unsigned.headers_mut().remove("svix-id");
    let rejected = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service);
    let rejected = rejected.await.unwrap().call(unsigned).await;
    assert_eq!(rejected.unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(clones.load(Ordering::Relaxed), 0);
    let accepted = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service);
    let accepted = accepted.await.unwrap().call(genuine("{}")).await;
    assert_eq!(accepted.unwrap().status(), StatusCode::OK);
    assert_eq!(clones.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_closure_is_not_asked_about_what_was_handled_before() {
    let refuse = |_: &Rejection, _: &Parts| {
        let mut response = Response::new("no");
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        response
    };
    let store = tower_webhook::idempotency::MemoryStore::new(10).unwrap();
    let service = layer()
        .idempotency(tower_webhook::Idempotency::new("test", store))
        .unwrap()
        .rejection_response(refuse)
        .layer(echo());
    for _ in 0..2 {
        let response = service.clone().oneshot(genuine("{}")).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
    }
    let forged = genuine("{}").map(|_| Full::new(Bytes::from_static(b"[]")));
    let rejected = service.oneshot(forged).await.unwrap();
    assert_eq!(rejected.status(), StatusCode::UNAUTHORIZED);
}

/// The detail as text, and the hint, of one rejected request.
async fn facts(
    builder: tower_webhook::receiver::ReceiverBuilder,
    request: Request<Full<Bytes>>,
) -> (String, Option<&'static str>) {
    let service = layer_of(builder)
        .decode::<tower_webhook::Json<Vec<u8>>>()
        .layer(unreachable_inner());
    let response = service.oneshot(request).await.unwrap();
    let rejection: &Rejection = response.extensions().get().unwrap();
    let detail = rejection.detail().map(ToString::to_string);
    (detail.unwrap_or_default(), rejection.hint())
}

#[tokio::test]
async fn a_rejection_has_the_facts_that_cost_nothing() {
    let [_, unsigned, stale, long, forged] = unproven().try_into().unwrap();
    let missing = facts(builder(), unsigned).await;
    assert_eq!(missing.0, "missing header `svix-id`");
    let receiver = builder().build().unwrap();
    let nothing = receiver.check_head(&http::HeaderMap::new()).unwrap_err();
    let detail = nothing.detail().map(ToString::to_string);
    assert_eq!(detail.as_deref(), Some("missing header `webhook-id`"));
    let skew = facts(builder(), stale).await;
    let seconds = crate::support::NOW - 1;
    let expected = format!("{seconds} s from this machine's clock, 300 s are accepted");
    assert_eq!(skew.0, expected);
    let length = facts(builder(), long).await;
    assert_eq!(length.0, "announced 999999999 bytes, the limit is 1048576");
    let received = facts(builder().max_body_bytes(1), genuine("{}")).await;
    assert_eq!(received.0, "received 2 bytes, the limit is 1");
    let (detail, hint) = facts(builder(), forged).await;
    assert_eq!(detail, "");
    assert!(hint.unwrap().contains("secret of another endpoint"));
    let tokened = builder().header_token("x-token", ["a-token"]);
    let token = facts(tokened, genuine("{}")).await;
    assert_eq!(token.0, "missing header `x-token`");
    let event = facts(builder(), genuine("[1,\n true]")).await;
    assert!(event.0.contains("line 2, column"), "{event:?}");
}

#[tokio::test]
async fn a_private_peer_with_a_forwarded_header_is_hinted_at() {
    let allowed = tower_webhook::SourceIp::allow(["203.0.113.7"]);
    let mut request = genuine("{}");
    let peer: std::net::SocketAddr = "10.0.0.1:443".parse().unwrap();
    request
        .extensions_mut()
        .insert(tower_webhook::receiver::PeerAddr(peer));
    let forwarded = "203.0.113.7".parse().unwrap();
    request.headers_mut().insert("x-forwarded-for", forwarded);
    let (detail, hint) = facts(builder().source_ip(allowed), request).await;
    assert!(detail.contains("10.0.0.1"), "{detail}");
    assert!(hint.unwrap().contains("trusted_proxies"), "{hint:?}");
}

#[test]
fn the_types_of_the_layer_are_send_and_sync() {
    fn send_and_sync<T: Send + Sync + Unpin>() {}
    fn send<T: Send>(_: &T) {}
    send_and_sync::<tower_webhook::WebhookLayer>();
    send_and_sync::<tower_webhook::layer::WebhookService<Counted>>();
    send_and_sync::<tower_webhook::layer::RequestBody>();
    send_and_sync::<tower_webhook::layer::ResponseBody<Full<Bytes>>>();
    send_and_sync::<Rejection>();
    send_and_sync::<Delivery<Bytes>>();
    send(
        &layer()
            .layer(Counted(Arc::default()))
            .oneshot(genuine("{}")),
    );
}
