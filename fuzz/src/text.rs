//! Inputs as text, so that a seed or a finding can be read and written by hand.

use http::{HeaderMap, HeaderName, HeaderValue};

/// The lines of a text, without their line feeds.
pub fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
}

/// Reads lines of `name:value`, as they are. What no request can carry is left out.
pub fn headers(text: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines(text) {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let name = parts.next().map(HeaderName::from_bytes);
        let value = parts.next().map(HeaderValue::from_bytes);
        if let (Some(Ok(name)), Some(Ok(value))) = (name, value) {
            headers.append(name, value);
        }
    }
    headers
}

/// Each line as the value of one header. What no request can carry is left out.
pub fn header_lines(name: &HeaderName, text: &[u8]) -> HeaderMap {
    let values = lines(text).filter_map(|line| HeaderValue::from_bytes(line).ok());
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(name, value);
    }
    headers
}
