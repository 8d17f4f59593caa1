//! Arbitrary names and values of header tokens, and what is sent for them.
//!
//! The first line of the input is the header's name. A line that starts with `>` is what a request has in that header, every
//! other an accepted value.

#![no_main]

use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use tower_webhook::{ConfigError, RejectionKind, error::ConfigErrorKind};
use tower_webhook_fuzz::{endpoint::open_handed, text};

fuzz_target!(|input: &[u8]| {
    let mut lines = text::lines(input);
    let name = lines.next().unwrap_or_default();
    let Ok(name) = str::from_utf8(name) else {
        return;
    };
    let (sent, accepted): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with(b">"));
    let parsed: Option<HeaderName> = name.parse().ok();

    let is_blank = |value: &&[u8]| value.iter().all(u8::is_ascii_whitespace);
    let mistake = if parsed.is_none() {
        Some(ConfigErrorKind::InvalidHeaderName)
    } else if accepted.is_empty() {
        Some(ConfigErrorKind::NoHeaderToken)
    } else if accepted.iter().any(is_blank) {
        Some(ConfigErrorKind::EmptyHeaderToken)
    } else {
        None
    };
    let built = open_handed().header_token(name, &accepted).build();
    assert_eq!(built.as_ref().err().map(ConfigError::kind), mistake);
    let (Ok(receiver), Some(name)) = (built, parsed) else {
        return;
    };
    let mut headers = HeaderMap::new();
    for value in sent
        .iter()
        .filter_map(|line| HeaderValue::from_bytes(&line[1..]).ok())
    {
        headers.append(&name, value);
    }

    let is_accepted = |line: &HeaderValue| {
        let mut values = accepted.iter().map(|value| value.trim_ascii());
        values.any(|value| value == line.as_bytes())
    };
    let expected = if headers.is_empty() {
        RejectionKind::HeaderTokenMissing
    } else if headers.values().all(is_accepted) {
        RejectionKind::MissingSignatureHeaders
    } else {
        RejectionKind::HeaderTokenMismatch
    };
    let refused = receiver
        .check_head(&headers)
        .expect_err("nothing is signed");
    assert_eq!(refused.kind(), expected);
});
