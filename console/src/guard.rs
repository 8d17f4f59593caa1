//! Who may talk to the console: the page itself, on this machine. A page of another site, and a name that was made to
//! point here (DNS rebinding), may not.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, Method, StatusCode,
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
const FETCH_MODE: &str = "sec-fetch-mode";

/// Set by proxies. A request through one may come from anywhere, whatever `host` the proxy wrote.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// Who may look besides a browser on this machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Allowed {
    /// Further names by which the console may be called.
    pub(crate) hosts: Arc<[String]>,
    /// Other machines too.
    pub(crate) any_peer: bool,
}

/// In the extensions of every response of the page, so that it is not recorded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfThePage;

/// Rejects what does not come from the console's own page, and adds the headers that every response needs.
pub(crate) async fn guard(
    State(allowed): State<Allowed>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut response = match verdict(&parts, &allowed) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(status) => status.into_response(),
    };
    response.extensions_mut().insert(OfThePage);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // With `no-referrer`, Chromium sends `Origin: null` with the page's own forms.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn verdict(parts: &Parts, allowed: &Allowed) -> Result<(), StatusCode> {
    let authority = authority(parts).ok_or(StatusCode::MISDIRECTED_REQUEST)?;
    let host = authority.host();
    let is_allowed = ["127.0.0.1", "localhost", "[::1]"]
        .into_iter()
        .chain(allowed.hosts.iter().map(String::as_str))
        .any(|name| host.eq_ignore_ascii_case(name));
    if !is_allowed {
        return Err(StatusCode::MISDIRECTED_REQUEST);
    }
    if !allowed.any_peer && is_from_elsewhere(parts) {
        return Err(StatusCode::FORBIDDEN);
    }
    // A browser sets it and no page can forge it; other clients do not send it. A link from another port of this machine
    // may open the page, and nothing else.
    let opens = parts.method == Method::GET
        && parts
            .headers
            .get(FETCH_MODE)
            .is_some_and(|mode| mode == "navigate");
    let sites = parts.headers.get_all(FETCH_SITE);
    if !sites
        .iter()
        .all(|site| site == "same-origin" || site == "none" || (site == "same-site" && opens))
    {
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

/// What is not known does not count: an app need not pass the peer's address on.
fn is_from_elsewhere(parts: &Parts) -> bool {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let is_known_stranger =
        peer.is_some_and(|ConnectInfo(peer)| !peer.ip().to_canonical().is_loopback());
    is_known_stranger
        || FORWARDED
            .into_iter()
            .any(|name| parts.headers.contains_key(name))
}

/// The one name by which the console is called: the only `host` line, and the authority of HTTP/2 or of an absolute URI.
fn authority(parts: &Parts) -> Option<Authority> {
    let mut lines = parts.headers.get_all(HOST).iter();
    let host = match lines.next() {
        Some(host) => Some(host.to_str().ok()?.parse::<Authority>().ok()?),
        None => None,
    };
    let of_uri = parts.uri.authority().cloned();
    if lines.next().is_some() || (host.is_some() && of_uri.is_some() && host != of_uri) {
        return None;
    }
    host.or(of_uri)
        .filter(|authority| !authority.as_str().contains('@'))
}
