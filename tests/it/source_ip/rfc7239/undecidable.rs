//! Elements of `forwarded` that cannot be decided on.

use tower_webhook::receiver::ForwardedHeader;

use crate::source_ip::{Row, UNKNOWN, check_rows};

/// What names no address, where an address has to be decided on.
const UNDECIDABLE: &[Row] = &[
    ("unknown", &["for=unknown"], UNKNOWN),
    ("an obfuscated name", &["for=_hidden"], UNKNOWN),
    (
        "an obfuscated name in quotes",
        &["for=\"_SEVKISEK\""],
        UNKNOWN,
    ),
    (
        "an obfuscated port",
        &["for=\"203.0.113.7:_port\""],
        UNKNOWN,
    ),
    (
        "unknown is not skipped to reach the sender",
        &["for=203.0.113.7, for=unknown"],
        UNKNOWN,
    ),
    (
        "unknown behind a proxy",
        &["for=203.0.113.7, for=unknown, for=10.0.0.2"],
        UNKNOWN,
    ),
    ("an empty line", &[""], UNKNOWN),
    ("an empty last element", &["for=203.0.113.7,"], UNKNOWN),
    (
        "an element without for is not skipped",
        &["for=203.0.113.7, proto=https"],
        UNKNOWN,
    ),
    ("an element with by alone", &["by=203.0.113.7"], UNKNOWN),
    ("an element of empty pairs", &[";;"], UNKNOWN),
    (
        "two for in one element",
        &["for=203.0.113.7;for=198.51.100.9"],
        UNKNOWN,
    ),
    (
        "two for in one element that agree",
        &["for=203.0.113.7;FOR=203.0.113.7"],
        UNKNOWN,
    ),
    ("an empty for", &["for="], UNKNOWN),
    ("an empty for in quotes", &["for=\"\""], UNKNOWN),
    ("the syntax of x-forwarded-for", &["203.0.113.7"], UNKNOWN),
    (
        "white space in front of the equals sign",
        &["for =203.0.113.7"],
        UNKNOWN,
    ),
    (
        "white space behind the equals sign",
        &["for= 203.0.113.7"],
        UNKNOWN,
    ),
    (
        "white space inside the quotes",
        &["for=\" 203.0.113.7\""],
        UNKNOWN,
    ),
    (
        "IPv6 without brackets, where the port could begin anywhere",
        &["for=\"2001:db8::7:4711\""],
        UNKNOWN,
    ),
    ("IPv4 in brackets", &["for=\"[203.0.113.7]\""], UNKNOWN),
    (
        "a bracket that is not closed",
        &["for=\"[2001:db8::7\""],
        UNKNOWN,
    ),
    ("a zone id", &["for=\"[fe80::1%eth0]\""], UNKNOWN),
    ("leading zeros", &["for=203.0.113.07"], UNKNOWN),
    (
        "a port that is a word",
        &["for=\"203.0.113.7:https\""],
        UNKNOWN,
    ),
    ("a port that is empty", &["for=\"203.0.113.7:\""], UNKNOWN),
    (
        "a quote that is not closed",
        &["for=\"203.0.113.7"],
        UNKNOWN,
    ),
    (
        "a quote that is not opened",
        &["for=203.0.113.7\""],
        UNKNOWN,
    ),
    (
        "a quote that is closed by a quoted pair",
        &["for=\"203.0.113.7\\\""],
        UNKNOWN,
    ),
    ("a quote in the middle", &["for=203.0\".113.7\""], UNKNOWN),
    ("text behind the quote", &["for=\"203.0.113.7\"x"], UNKNOWN),
    (
        "a backslash outside quotes",
        &["for=203\\.0.113.7"],
        UNKNOWN,
    ),
    (
        "a malformed parameter beside for",
        &["for=203.0.113.7;proto"],
        UNKNOWN,
    ),
    (
        "a parameter with a quote inside quotes",
        &["host=\"a\"b\";for=203.0.113.7"],
        UNKNOWN,
    ),
    (
        "a parameter whose quote is closed by a quoted pair",
        &["host=\"a\\\";for=203.0.113.7"],
        UNKNOWN,
    ),
    (
        "a parameter with quotes in the middle",
        &["host=a\"b\"c;for=203.0.113.7"],
        UNKNOWN,
    ),
    (
        "a parameter with a backslash outside quotes",
        &["host=a\\b;for=203.0.113.7"],
        UNKNOWN,
    ),
    (
        "a parameter without a name",
        &["for=203.0.113.7;=http"],
        UNKNOWN,
    ),
    (
        "a parameter with a name that is no token",
        &["for=203.0.113.7;pr(to=http"],
        UNKNOWN,
    ),
    (
        "a parameter without a value",
        &["for=203.0.113.7;host="],
        UNKNOWN,
    ),
    (
        "a parameter that is not ASCII",
        &["for=203.0.113.7;host=å"],
        UNKNOWN,
    ),
    (
        "an address that is not ASCII",
        &["for=\"２０３.0.113.7\""],
        UNKNOWN,
    ),
    (
        "an address made longer than any",
        &["for=\"[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]\""],
        UNKNOWN,
    ),
];

#[test]
fn an_element_that_names_no_address_is_refused_and_never_skipped() {
    check_rows(&ForwardedHeader::Forwarded, UNDECIDABLE);
}
