//! The beginning of every ready-made response: the status, and the headers that go with it.

use http::{
    HeaderValue, Response, StatusCode,
    header::{ALLOW, RETRY_AFTER},
};

use crate::error::rejection::Rejection;

/// Status and headers of the response to `rejection`.
///
/// There is a `retry-after` only where the rejection knows when a retry would fare better: for a message that is being
/// handled, for a store that is down, and for a receiver that holds too much. For the rest the sender's back-off suits
/// best: Svix takes the header for at least the delay of its schedule and at most twice that, and a sender that takes it
/// literally could spend all its attempts before anybody has acted.
///
/// Nor does a 401 name a scheme in `www-authenticate` (RFC 9110, section 11.6.1): none is registered for
/// signed webhooks, and an unauthenticated client need not be told what is missing.
pub(super) fn bare_response(rejection: &Rejection) -> Response<()> {
    let status = rejection.status();
    let mut response = Response::new(());
    *response.status_mut() = status;
    // RFC 9110, section 15.5.6: a 405 must list the methods that are allowed.
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = HeaderValue::from_static("POST");
        response.headers_mut().insert(ALLOW, allowed);
    }
    if let Some(delay) = rejection.retry_after() {
        // Whole seconds (RFC 9110, section 10.2.3), never too early.
        let started_second = u64::from(delay.subsec_nanos() > 0);
        let seconds = delay.as_secs().saturating_add(started_second);
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
