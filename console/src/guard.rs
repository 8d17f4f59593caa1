//! Who may talk to the console: the page itself, on this machine. A page of another site, and a name that was made to
//! point here (DNS rebinding), may not.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY,
        X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
    request::Parts,
    uri::Authority,
};

/// Everything comes from the console itself, and nothing may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const FETCH_SITE: &str = "sec-fetch-site";

/// The names by which the console may be called besides those of this machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllowedHosts(pub(crate) std::sync::Arc<[String]>);

/// Rejects what does not come from the console's own page, and adds the headers that every response needs.
pub(crate) async fn guard(
    State(allowed): State<AllowedHosts>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut response = match verdict(&parts, &allowed) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(status) => status.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // With `no-referrer`, Chromium sends `Origin: null` with the page's own forms.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn verdict(parts: &Parts, allowed: &AllowedHosts) -> Result<(), StatusCode> {
    let authority = authority(parts).ok_or(StatusCode::MISDIRECTED_REQUEST)?;
    let host = authority.host();
    let is_this_machine = ["127.0.0.1", "localhost", "[::1]"]
        .into_iter()
        .chain(allowed.0.iter().map(String::as_str))
        .any(|name| host.eq_ignore_ascii_case(name));
    if !is_this_machine {
        return Err(StatusCode::MISDIRECTED_REQUEST);
    }
    // A browser sets it and no page can forge it; other clients do not send it.
    let sites = parts.headers.get_all(FETCH_SITE);
    if sites.iter().any(|site| site != "same-origin" && site != "none") {
        return Err(StatusCode::FORBIDDEN);
    }
    let is_own = |origin: &HeaderValue| {
        origin.to_str().is_ok_and(|origin| {
            ["http://", "https://"].into_iter().any(|scheme| {
                origin
                    .strip_prefix(scheme)
                    .is_some_and(|origin| origin.eq_ignore_ascii_case(authority.as_str()))
            })
        })
    };
    if !parts.headers.get_all(ORIGIN).iter().all(is_own) {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(())
}

/// The one name by which the console is called: the authority of HTTP/2, or the only `host` line.
fn authority(parts: &Parts) -> Option<Authority> {
    if let Some(authority) = parts.uri.authority() {
        return Some(authority.clone());
    }
    let mut lines = parts.headers.get_all(HOST).iter();
    let (Some(host), None) = (lines.next(), lines.next()) else {
        return None;
    };
    host.to_str().ok()?.parse().ok()
}
