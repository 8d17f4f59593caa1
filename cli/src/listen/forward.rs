//! Passing deliveries on.

use axum::body::Body;
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, Response, StatusCode,
    header::{
        CONNECTION, CONTENT_LENGTH, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
        TRANSFER_ENCODING, UPGRADE,
    },
    request::Parts,
};
use reqwest::{Client, Url};

use crate::{client, failure::Failure, send::innermost};

/// What belongs to one connection only: RFC 9110, section 7.6.1.
const HOP_BY_HOP: [HeaderName; 8] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The target that the verified deliveries go to.
#[derive(Clone)]
pub(super) struct Forward {
    client: Client,
    url: Url,
}

/// In the extensions of a response: what the target responded, or why it did not.
#[derive(Clone, Debug)]
pub(super) struct Forwarded(pub(super) Result<StatusCode, String>);

impl Forward {
    pub(super) fn new(url: Url) -> Result<Self, Failure> {
        Ok(Self {
            client: client::for_url(&url)?,
            url,
        })
    }

    /// Sends the request as it came, apart from what belongs to the connection, and gives the response back.
    pub(super) async fn pass_on(&self, head: &Parts, body: Bytes) -> Response<Body> {
        match self.send(head, body).await {
            Ok(response) => response,
            Err(error) => {
                let error = innermost(&error).to_string();
                let mut response = Response::new(Body::from(format!("{}: {error}\n", self.url)));
                *response.status_mut() = StatusCode::BAD_GATEWAY;
                response.extensions_mut().insert(Forwarded(Err(error)));
                response
            }
        }
    }

    async fn send(&self, head: &Parts, body: Bytes) -> reqwest::Result<Response<Body>> {
        let mut url = self.url.clone();
        // Some senders put into the query what they sign.
        if url.query().is_none() {
            url.set_query(head.uri.query());
        }
        let mut headers = end_to_end(&head.headers);
        headers.remove(HOST);
        headers.remove(CONTENT_LENGTH);
        let request = self.client.request(head.method.clone(), url);
        let received = request.headers(headers).body(body).send().await?;
        let (status, headers) = (received.status(), end_to_end(received.headers()));
        let mut response = Response::new(Body::from(received.bytes().await?));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response.headers_mut().remove(CONTENT_LENGTH);
        response.extensions_mut().insert(Forwarded(Ok(status)));
        Ok(response)
    }
}

/// Without what is for one connection, which `connection` may name.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    for value in headers.get_all(CONNECTION) {
        let names = value.to_str().unwrap_or_default().split(',');
        for name in names.filter_map(|name| name.trim().parse::<HeaderName>().ok()) {
            kept.remove(name);
        }
    }
    for name in HOP_BY_HOP {
        kept.remove(name);
    }
    kept
}
