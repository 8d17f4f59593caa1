//! A request that was captured: raw HTTP, HAR, what `curl -v` shows, or the console's export.

mod curl;
mod har;
mod raw;
mod record;

use std::{error::Error, fmt};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, request::Parts};

/// A captured request.
#[derive(Debug)]
pub(crate) struct Capture {
    pub(crate) parts: Parts,
    /// `None` where the capture has no body to show, as that of `curl -v`.
    pub(crate) body: Option<Bytes>,
}

/// The input is no request.
#[derive(Debug)]
pub(crate) struct NotARequest(&'static str);

impl fmt::Display for NotARequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the input is no request: {}", self.0)
    }
}

impl Error for NotARequest {}

impl Capture {
    /// Reads a capture, whichever of the four forms it has.
    pub(crate) fn read(input: &[u8]) -> Result<Self, NotARequest> {
        let input = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
        let beginning = input.trim_ascii_start();
        if beginning.is_empty() {
            return Err(NotARequest("it is empty"));
        }
        if beginning.starts_with(b"{") {
            let value: serde_json::Value = serde_json::from_slice(input)
                .map_err(|_| NotARequest("it begins like JSON and is none"))?;
            return match value.get("log") {
                Some(log) => har::read(log),
                None => record::read(&value),
            };
        }
        if curl::is_trace(input) {
            return curl::read(input);
        }
        raw::read(beginning)
    }
}

/// Collects a head.
#[derive(Debug, Default)]
struct Head {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Head {
    fn new(method: &str, target: &str) -> Result<Self, NotARequest> {
        Ok(Self {
            method: method
                .parse()
                .map_err(|_| NotARequest("its method is none"))?,
            uri: target
                .parse()
                .map_err(|_| NotARequest("its target is no URI"))?,
            headers: HeaderMap::new(),
        })
    }

    /// Header names of HTTP/2 that begin with a colon are no headers, and are passed over.
    fn add(&mut self, name: &str, value: &[u8]) -> Result<(), NotARequest> {
        if name.starts_with(':') {
            return Ok(());
        }
        let name: HeaderName = name
            .trim_ascii()
            .parse()
            .map_err(|_| NotARequest("the name of a header is invalid"))?;
        let value = HeaderValue::from_bytes(value.trim_ascii())
            .map_err(|_| NotARequest("the value of a header is invalid"))?;
        self.headers.append(name, value);
        Ok(())
    }

    fn into_capture(self, body: Option<Bytes>) -> Capture {
        let mut request = http::Request::new(());
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        let (parts, ()) = request.into_parts();
        Capture { parts, body }
    }
}
