//! `forwarded` (RFC 7239), as a trusted proxy passes it on.

mod undecidable;

use tower_webhook::receiver::ForwardedHeader;

use super::{ACCEPTED, NOT_ALLOWED, Row, check_rows};

/// Who stands where.
const POSITIONS: &[Row] = &[
    ("the proxy names the sender", &["for=203.0.113.7"], ACCEPTED),
    (
        "the proxy names a stranger",
        &["for=198.51.100.9"],
        NOT_ALLOWED,
    ),
    (
        "a stranger claims to be the sender: leftmost is not believed",
        &["for=203.0.113.7, for=198.51.100.9"],
        NOT_ALLOWED,
    ),
    (
        "a stranger claims to be the sender, in a line of its own",
        &["for=203.0.113.7", "for=198.51.100.9"],
        NOT_ALLOWED,
    ),
    (
        "two proxies in a row, the sender behind them",
        &["for=203.0.113.7, for=10.0.0.2"],
        ACCEPTED,
    ),
    (
        "two proxies in a row, each with a line of its own",
        &["for=203.0.113.7", "for=\"[fd00::2]\""],
        ACCEPTED,
    ),
    (
        "two proxies in a row, a stranger behind them who claims to be the sender",
        &["for=203.0.113.7, for=198.51.100.9, for=10.0.0.2"],
        NOT_ALLOWED,
    ),
    (
        "nobody but proxies: the request began at one that is not allowed itself",
        &["for=10.0.0.3, for=10.0.0.2"],
        NOT_ALLOWED,
    ),
    (
        "the header is missing: the proxy lets nobody in by forgetting it",
        &[],
        NOT_ALLOWED,
    ),
];

/// How an element may be written.
const SPELLINGS: &[Row] = &[
    (
        "the parameter's name in capitals",
        &["FOR=203.0.113.7"],
        ACCEPTED,
    ),
    (
        "quotes that are not needed",
        &["for=\"203.0.113.7\""],
        ACCEPTED,
    ),
    ("a port", &["for=\"203.0.113.7:4711\""], ACCEPTED),
    ("IPv6", &["for=\"[2001:db8::7]\""], ACCEPTED),
    (
        "IPv6 with a port",
        &["For=\"[2001:db8::7]:4711\""],
        ACCEPTED,
    ),
    (
        "IPv4 written as IPv6",
        &["for=\"[::ffff:203.0.113.7]\""],
        ACCEPTED,
    ),
    ("quoted pairs", &["for=\"203\\.0.113.\\7\""], ACCEPTED),
    (
        "quoted pairs all over",
        &["for=\"\\[\\2001\\:db8::7\\]\""],
        ACCEPTED,
    ),
    (
        "other parameters behind",
        &["for=203.0.113.7;proto=http;by=10.0.0.1"],
        ACCEPTED,
    ),
    (
        "other parameters in front",
        &["by=10.0.0.1;host=example.com;for=203.0.113.7"],
        ACCEPTED,
    ),
    (
        "a comma inside quotes",
        &["for=203.0.113.7;host=\"a,for=198.51.100.9\""],
        ACCEPTED,
    ),
    (
        "a semicolon inside quotes",
        &["host=\"a;for=198.51.100.9\";for=203.0.113.7"],
        ACCEPTED,
    ),
    (
        "a quote inside quotes",
        &["for=203.0.113.7;host=\"\\\",for=198.51.100.9\""],
        ACCEPTED,
    ),
    (
        "a backslash inside quotes",
        &["for=203.0.113.7;host=\"a\\\\\""],
        ACCEPTED,
    ),
    (
        "a parameter with empty quotes",
        &["host=\"\";for=203.0.113.7"],
        ACCEPTED,
    ),
    (
        "a parameter that nobody knows",
        &["for=203.0.113.7;secret=_x"],
        ACCEPTED,
    ),
    (
        "a parameter that ends like for",
        &["xfor=198.51.100.9;for=203.0.113.7"],
        ACCEPTED,
    ),
    (
        "empty pairs, which the grammar allows",
        &[";;for=203.0.113.7;"],
        ACCEPTED,
    ),
    (
        "white space around a semicolon, which it does not",
        &["for=203.0.113.7 ; proto=http"],
        ACCEPTED,
    ),
    (
        "a port without quotes, which it does not",
        &["for=203.0.113.7:4711"],
        ACCEPTED,
    ),
    (
        "brackets without quotes, which it does not",
        &["for=[2001:db8::7]:4711"],
        ACCEPTED,
    ),
    (
        "white space around an element",
        &["for=198.51.100.9 ,\t for=203.0.113.7 "],
        ACCEPTED,
    ),
];

/// A stranger writes on the left what would change the meaning of the proxy's text on the right.
const FORGED_QUOTES: &[Row] = &[
    (
        "a quote is opened in front of the proxy's element",
        &["for=203.0.113.7;x=\", for=198.51.100.9"],
        NOT_ALLOWED,
    ),
    (
        "a quote is opened that the proxy's own quote would close",
        &["for=203.0.113.7;x=\", for=198.51.100.9;host=\"example.com\""],
        NOT_ALLOWED,
    ),
    (
        "a quote is opened that a host of the stranger's choice would close",
        &["for=203.0.113.7;x=\", for=198.51.100.9;host=\";y=\\\"\""],
        NOT_ALLOWED,
    ),
    (
        "a backslash in front of the proxy's element",
        &["for=203.0.113.7;x=\"\\, for=\"198.51.100.9\""],
        NOT_ALLOWED,
    ),
    (
        "a quote is opened in a line of its own",
        &["for=203.0.113.7;x=\"", "for=198.51.100.9"],
        NOT_ALLOWED,
    ),
    (
        "a semicolon is left open for the proxy's element",
        &["for=203.0.113.7;, for=198.51.100.9"],
        NOT_ALLOWED,
    ),
    (
        "the same, and the sender in place of the stranger",
        &["x=\", for=203.0.113.7;host=\"example.com\""],
        ACCEPTED,
    ),
    (
        "garbage left of the sender",
        &["(, for=203.0.113.7"],
        ACCEPTED,
    ),
];

#[test]
fn the_first_address_from_the_right_that_is_no_proxy_counts() {
    check_rows(&ForwardedHeader::Forwarded, POSITIONS);
}

#[test]
fn an_element_is_read_in_every_spelling_that_leaves_no_doubt() {
    check_rows(&ForwardedHeader::Forwarded, SPELLINGS);
}

#[test]
fn a_quote_that_a_stranger_opens_does_not_swallow_the_proxys_element() {
    check_rows(&ForwardedHeader::Forwarded, FORGED_QUOTES);
}

#[test]
fn the_name_alone_decides_on_the_syntax() {
    let by_name = ForwardedHeader::Other(http::header::FORWARDED);
    check_rows(&by_name, SPELLINGS);
}
