use std::fmt;

use http::{Extensions, HeaderMap, Method, Uri, request::Parts};

/// What is known of a request before its body: made from [`Parts`], or from headers alone.
#[derive(Clone, Copy)]
pub struct RequestHead<'h> {
    headers: &'h HeaderMap,
    request: Option<&'h Parts>,
}

impl<'h> RequestHead<'h> {
    /// The headers.
    pub fn headers(&self) -> &'h HeaderMap {
        self.headers
    }

    /// The method; `None` if there are headers alone.
    pub fn method(&self) -> Option<&'h Method> {
        self.request.map(|parts| &parts.method)
    }

    /// The URI; `None` if there are headers alone.
    pub fn uri(&self) -> Option<&'h Uri> {
        self.request.map(|parts| &parts.uri)
    }

    /// The extensions, where a server puts the address of the peer; `None` if there are headers alone.
    pub fn extensions(&self) -> Option<&'h Extensions> {
        self.request.map(|parts| &parts.extensions)
    }
}

impl<'h> From<&'h Parts> for RequestHead<'h> {
    fn from(parts: &'h Parts) -> Self {
        Self {
            headers: &parts.headers,
            request: Some(parts),
        }
    }
}

/// Headers that came without a request, from a queue for example: there is no method and no peer to check.
impl<'h> From<&'h HeaderMap> for RequestHead<'h> {
    fn from(headers: &'h HeaderMap) -> Self {
        Self {
            headers,
            request: None,
        }
    }
}

/// Shows no header and no URI: a token may be in either.
impl fmt::Debug for RequestHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead")
            .field("method", &self.method())
            .field("headers", &self.headers.len())
            .finish_non_exhaustive()
    }
}
