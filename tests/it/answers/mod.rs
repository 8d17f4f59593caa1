//! The ready-made answers to every kind of refusal.

mod already_handled;
mod closures;
mod delivery_control;
mod empty;
mod grpc;
mod problem_details;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt};
use tower_webhook::{
    Rejection,
    RejectionKind::{self, *},
    layer::RejectionResponse,
};

use crate::layer::{genuine, layer, unreachable_inner};

/// Every kind, and the status that answers it.
const KINDS: [(RejectionKind, StatusCode); 26] = [
    (MethodNotAllowed, StatusCode::METHOD_NOT_ALLOWED),
    (SourceIpUnknown, StatusCode::FORBIDDEN),
    (SourceIpNotAllowed, StatusCode::FORBIDDEN),
    (UnknownTenant, StatusCode::UNAUTHORIZED),
    (SecretsUnavailable, StatusCode::SERVICE_UNAVAILABLE),
    (HeaderTokenMissing, StatusCode::UNAUTHORIZED),
    (HeaderTokenMismatch, StatusCode::UNAUTHORIZED),
    (MissingSignatureHeaders, StatusCode::BAD_REQUEST),
    (ConflictingSignatureHeaders, StatusCode::BAD_REQUEST),
    (MalformedMessageId, StatusCode::BAD_REQUEST),
    (MalformedTimestamp, StatusCode::BAD_REQUEST),
    (SignatureListTooLong, StatusCode::BAD_REQUEST),
    (TimestampTooOld, StatusCode::UNAUTHORIZED),
    (TimestampTooNew, StatusCode::UNAUTHORIZED),
    (BodyTooLarge, StatusCode::PAYLOAD_TOO_LARGE),
    (BodyIncomplete, StatusCode::BAD_REQUEST),
    (Overloaded, StatusCode::SERVICE_UNAVAILABLE),
    (SignatureMismatch, StatusCode::UNAUTHORIZED),
    (AlreadyHandled, StatusCode::OK),
    (ClaimedByAnother, StatusCode::CONFLICT),
    (MessageIdReused, StatusCode::UNPROCESSABLE_ENTITY),
    (StoreUnavailable, StatusCode::SERVICE_UNAVAILABLE),
    (MalformedEvent, StatusCode::UNPROCESSABLE_ENTITY),
    (DecryptionKeyMissing, StatusCode::INTERNAL_SERVER_ERROR),
    (DecryptionFailed, StatusCode::UNPROCESSABLE_ENTITY),
    (EncryptionRequired, StatusCode::UNPROCESSABLE_ENTITY),
];

/// All of an answer that reaches the caller.
#[derive(Debug, PartialEq)]
struct Sent {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Sent {
    async fn of<B>(response: Response<B>) -> Self
    where
        B: http_body::Body<Data = Bytes, Error: std::fmt::Debug>,
    {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    }
}

/// What `answer` sends to a request for which `kind` is the reason to refuse it.
async fn sent<R>(answer: &R, kind: RejectionKind, request: Request<()>) -> Sent
where
    R: RejectionResponse,
{
    let (parts, ()) = request.into_parts();
    let rejection = Rejection::from(kind);
    Sent::of(answer.rejection_response(&rejection, &parts).map(Full::new)).await
}

/// What a layer with `answer` sends to a request with a forged body.
async fn sent_to_a_forgery<R>(answer: R, change: impl FnOnce(&mut HeaderMap)) -> Sent
where
    R: RejectionResponse,
{
    let service = layer()
        .rejection_response(answer)
        .layer(unreachable_inner());
    let mut forgery = genuine("{}").map(|_| Full::new(Bytes::from_static(b"[]")));
    change(forgery.headers_mut());
    let response = service.oneshot(forgery).await.unwrap();
    let rejection: &Rejection = response.extensions().get().expect("a rejection");
    assert_eq!(rejection.kind(), SignatureMismatch);
    Sent::of(response).await
}

fn post() -> Request<()> {
    Request::post("/").body(()).unwrap()
}

fn post_of(content_type: &str) -> Request<()> {
    let builder = Request::post("/").header("content-type", content_type);
    builder.body(()).unwrap()
}

fn headers<const N: usize>(headers: [(&'static str, &'static str); N]) -> HeaderMap {
    headers
        .into_iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect()
}

/// A stranger must not tell from an answer what its status does not say.
async fn assert_kinds_of_one_status_look_alike<R>(answer: &R, request: fn() -> Request<()>)
where
    R: RejectionResponse,
{
    for (kind, status) in KINDS {
        for (other, _) in KINDS.into_iter().filter(|(_, same)| *same == status) {
            assert_eq!(
                sent(answer, kind, request()).await,
                sent(answer, other, request()).await,
                "{kind:?} and {other:?}"
            );
        }
    }
}

/// The enum is `#[non_exhaustive]`, so that no `match` here could tell that a kind is missing.
#[test]
fn the_list_has_every_kind_in_order() {
    let source = include_str!("../../../src/error/rejection.rs");
    let (_, body) = source.split_once("pub enum RejectionKind {").unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    let declared = body
        .lines()
        .filter_map(|line| line.trim().strip_suffix(','));
    let listed = KINDS.map(|(kind, _)| format!("{kind:?}"));
    assert_eq!(declared.collect::<Vec<_>>(), listed);
}
