use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header::CONTENT_TYPE, request::Parts,
};

use super::{EmptyRejectionResponse, RejectionResponse, bare::bare_response};
use crate::error::rejection::Rejection;

const APPLICATION_GRPC: &str = "application/grpc";
const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// Responds to a gRPC request with a gRPC status, and to any other request with the response `R`.
///
/// A request is gRPC if its content type is `application/grpc`, with or without a suffix (`+proto`) or
/// parameters; `application/grpc-web` is another protocol. The response is of the form "Trailers-Only":
/// HTTP status 200, the code in `grpc-status`, no body, and no `grpc-message`, which could show no more than
/// the code does.
///
/// Only for routes that gRPC clients call: a sender that looks at the HTTP status alone takes the 200 for a
/// success and does not retry.
///
/// | status of [`EmptyRejectionResponse`] | gRPC code |
/// |---|---|
/// | 200, of what was handled before | `ALREADY_EXISTS` (6): an `OK` would need a message |
/// | 400, 422 | `INVALID_ARGUMENT` (3) |
/// | 401 | `UNAUTHENTICATED` (16) |
/// | 403 | `PERMISSION_DENIED` (7) |
/// | 405 | `UNIMPLEMENTED` (12) |
/// | 409 | `ABORTED` (10) |
/// | 413 | `RESOURCE_EXHAUSTED` (8) |
/// | 500 | `INTERNAL` (13) |
/// | 503 | `UNAVAILABLE` (14) |
///
/// ```
/// use tower_webhook::{Receiver, WebhookLayer, layer::{GrpcRejectionResponse, ProblemDetails}};
///
/// let receiver = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).build()?;
/// let layer = WebhookLayer::new(receiver)
///     .rejection_response(GrpcRejectionResponse::new(ProblemDetails));
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GrpcRejectionResponse<R = EmptyRejectionResponse> {
    otherwise: R,
}

impl<R> GrpcRejectionResponse<R> {
    /// Leaves requests that are not gRPC to `otherwise`.
    pub fn new(otherwise: R) -> Self {
        Self { otherwise }
    }
}

/// Responds to requests that are not gRPC with [`EmptyRejectionResponse`].
impl Default for GrpcRejectionResponse {
    fn default() -> Self {
        Self::new(EmptyRejectionResponse)
    }
}

impl<R: RejectionResponse> RejectionResponse for GrpcRejectionResponse<R> {
    fn rejection_response(&self, rejection: &Rejection, request: &Parts) -> Response<Bytes> {
        if is_grpc(&request.headers) {
            trailers_only(rejection)
        } else {
            self.otherwise.rejection_response(rejection, request)
        }
    }

    fn already_handled_response(&self, rejection: &Rejection, request: &Parts) -> Response<Bytes> {
        if is_grpc(&request.headers) {
            trailers_only(rejection)
        } else {
            self.otherwise.already_handled_response(rejection, request)
        }
    }
}

/// `Content-Type` in <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>.
fn is_grpc(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    content_type
        .and_then(|value| value.split(|byte| matches!(byte, b'+' | b';')).next())
        .is_some_and(|media_type| {
            media_type
                .trim_ascii()
                .eq_ignore_ascii_case(APPLICATION_GRPC.as_bytes())
        })
}

/// `Trailers-Only` in the same document.
fn trailers_only(rejection: &Rejection) -> Response<Bytes> {
    let mut response = bare_response(rejection).map(|()| Bytes::new());
    let code = Code::of(response.status());
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(APPLICATION_GRPC));
    headers.insert(GRPC_STATUS, HeaderValue::from(code as u16));
    response
}

/// The codes in use, of <https://grpc.io/docs/guides/status-codes/>.
#[derive(Clone, Copy)]
#[repr(u16)]
enum Code {
    Unknown = 2,
    InvalidArgument = 3,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    Aborted = 10,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    Unauthenticated = 16,
}

impl Code {
    /// Made of the status and not of the kind, so that it cannot reveal more.
    fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::OK => Self::AlreadyExists,
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Self::InvalidArgument,
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::FORBIDDEN => Self::PermissionDenied,
            StatusCode::METHOD_NOT_ALLOWED => Self::Unimplemented,
            StatusCode::CONFLICT => Self::Aborted,
            StatusCode::PAYLOAD_TOO_LARGE => Self::ResourceExhausted,
            StatusCode::INTERNAL_SERVER_ERROR => Self::Internal,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            _ => Self::Unknown,
        }
    }
}
