use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE, request::Parts};
use serde_json::json;

use super::{RejectionResponse, bare::bare_response};
use crate::error::rejection::Rejection;

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Responds with a problem of RFC 9457, for callers that expect JSON of every error.
///
/// The statuses are those of [`EmptyRejectionResponse`](super::EmptyRejectionResponse). The body repeats the
/// status and nothing else: the type is `about:blank`, the title the status's own phrase, and there is
/// no detail.
///
/// ```
/// use tower_webhook::{Rejection, RejectionKind, layer::{ProblemDetails, RejectionResponse}};
///
/// let rejection = Rejection::from(RejectionKind::SignatureMismatch);
/// let (request, ()) = http::Request::new(()).into_parts();
/// let response = ProblemDetails.rejection_response(&rejection, &request);
/// assert_eq!(response.headers()["content-type"], "application/problem+json");
/// assert_eq!(response.body(), r#"{"status":401,"title":"Unauthorized","type":"about:blank"}"#);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ProblemDetails;

impl RejectionResponse for ProblemDetails {
    fn rejection_response(&self, rejection: &Rejection, _request: &Parts) -> Response<Bytes> {
        let mut response = bare_response(rejection);
        // What was handled before is no problem.
        if response.status().is_success() {
            return response.map(|()| Bytes::new());
        }
        response.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
        let problem = problem(response.status());
        response.map(|()| problem)
    }
}

/// RFC 9457, section 4.2.1: the title of an `about:blank` problem is the phrase of its status.
fn problem(status: StatusCode) -> Bytes {
    json!({
        "status": status.as_u16(),
        "title": status.canonical_reason().unwrap_or_default(),
        "type": "about:blank",
    })
    .to_string()
    .into()
}
