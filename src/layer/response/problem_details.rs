use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE, request::Parts};
use serde_json::json;

use super::{RejectionResponse, answer::bare_answer};
use crate::error::rejection::Rejection;

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Answers with a problem of RFC 9457, for callers that expect JSON of every error.
///
/// The statuses are those of [`EmptyRejectionResponse`](crate::EmptyRejectionResponse). The body repeats the
/// status and nothing else: the type is `about:blank`, the title the status's own phrase, and there is
/// no detail.
///
/// ```
/// use bytes::Bytes;
/// use http_body_util::{BodyExt, Full};
/// use tower_webhook::{ProblemDetails, Rejection, RejectionKind, RejectionResponse};
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let rejection = Rejection::from(RejectionKind::SignatureMismatch);
/// let (request, ()) = http::Request::new(()).into_parts();
/// let answer: http::Response<Full<Bytes>> = ProblemDetails.rejection_response(&rejection, &request);
/// assert_eq!(answer.headers()["content-type"], "application/problem+json");
///
/// let body = answer.into_body().collect().await?.to_bytes();
/// assert_eq!(body, r#"{"status":401,"title":"Unauthorized","type":"about:blank"}"#);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ProblemDetails;

impl<B: From<Bytes>> RejectionResponse<B> for ProblemDetails {
    fn rejection_response(&self, rejection: &Rejection, _request: &Parts) -> Response<B> {
        let mut answer = bare_answer(*rejection);
        // What was handled before is no problem.
        if answer.status().is_success() {
            return answer.map(|()| B::from(Bytes::new()));
        }
        answer.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
        let problem = problem(answer.status());
        answer.map(|()| B::from(problem))
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
