//! `x-forwarded-for`, as a trusted proxy passes it on.

use tower_webhook::receiver::ForwardedHeader;

use super::{ACCEPTED, NOT_ALLOWED, Row, UNKNOWN, check_rows};

/// Who stands where.
const POSITIONS: &[Row] = &[
    ("the proxy names the sender", &["203.0.113.7"], ACCEPTED),
    ("the proxy names a stranger", &["198.51.100.9"], NOT_ALLOWED),
    (
        "a stranger claims to be the sender: leftmost is not believed",
        &["203.0.113.7, 198.51.100.9"],
        NOT_ALLOWED,
    ),
    (
        "a stranger claims to be the sender, in a line of its own",
        &["203.0.113.7", "198.51.100.9"],
        NOT_ALLOWED,
    ),
    (
        "a stranger claims so in many lines, for receivers that read only one",
        &["203.0.113.7", "203.0.113.7", "203.0.113.7, 198.51.100.9"],
        NOT_ALLOWED,
    ),
    (
        "a stranger claims to be one of the proxies, asking for the sender",
        &["203.0.113.7, 10.0.0.2, 198.51.100.9"],
        NOT_ALLOWED,
    ),
    (
        "two proxies in a row, the sender behind them",
        &["203.0.113.7, 10.0.0.2"],
        ACCEPTED,
    ),
    (
        "two proxies in a row, each with a line of its own",
        &["203.0.113.7", "10.0.0.2"],
        ACCEPTED,
    ),
    (
        "two proxies in a row, a stranger behind them who claims to be the sender",
        &["203.0.113.7, 198.51.100.9, 10.0.0.2"],
        NOT_ALLOWED,
    ),
    (
        "two proxies, a stranger between them",
        &["203.0.113.7, 10.0.0.2, 198.51.100.9, 10.0.0.3"],
        NOT_ALLOWED,
    ),
    (
        "the sender names somebody of its own behind it",
        &["198.51.100.9, 203.0.113.7"],
        ACCEPTED,
    ),
    (
        "lines are read in order: the sender's is the last",
        &["198.51.100.9", "203.0.113.7"],
        ACCEPTED,
    ),
    (
        "a proxy on IPv6 in the row",
        &["203.0.113.7, fd00::2"],
        ACCEPTED,
    ),
    (
        "a proxy that listens on IPv6 and writes IPv4 as IPv6",
        &["203.0.113.7, ::ffff:10.0.0.2"],
        ACCEPTED,
    ),
    (
        "a proxy that adds ports, in the row",
        &["203.0.113.7:443, 10.0.0.2:8080"],
        ACCEPTED,
    ),
    (
        "nobody but proxies: the request began at one that is not allowed itself",
        &["10.0.0.3, 10.0.0.2"],
        NOT_ALLOWED,
    ),
    (
        "the header is missing: the proxy lets nobody in by forgetting it",
        &[],
        NOT_ALLOWED,
    ),
];

/// How an address may be written.
const SPELLINGS: &[Row] = &[
    ("a port (Azure)", &["203.0.113.7:443"], ACCEPTED),
    ("the highest port", &["203.0.113.7:65535"], ACCEPTED),
    ("IPv6 without brackets", &["2001:db8::7"], ACCEPTED),
    ("IPv6 in brackets", &["[2001:db8::7]"], ACCEPTED),
    ("IPv6 with a port", &["[2001:db8::7]:443"], ACCEPTED),
    ("IPv6 in capitals", &["2001:DB8::7"], ACCEPTED),
    (
        "IPv6 in full",
        &["2001:0db8:0000:0000:0000:0000:0000:0007"],
        ACCEPTED,
    ),
    ("IPv4 written as IPv6", &["::ffff:203.0.113.7"], ACCEPTED),
    (
        "IPv4 written as IPv6 in hexadecimal",
        &["::ffff:cb00:7107"],
        ACCEPTED,
    ),
    (
        "IPv4 written as IPv6 with a port",
        &["[::ffff:203.0.113.7]:443"],
        ACCEPTED,
    ),
    ("white space around", &[" \t203.0.113.7\t "], ACCEPTED),
    (
        "no white space after the comma",
        &["198.51.100.9,203.0.113.7"],
        ACCEPTED,
    ),
    ("a stranger with a port", &["198.51.100.9:443"], NOT_ALLOWED),
    ("a stranger on IPv6", &["2001:db9::7"], NOT_ALLOWED),
    (
        "a stranger written as IPv6",
        &["::ffff:198.51.100.9"],
        NOT_ALLOWED,
    ),
    (
        "the deprecated IPv4-compatible form is IPv6",
        &["::203.0.113.7"],
        NOT_ALLOWED,
    ),
    (
        "an address translated by NAT64 is IPv6",
        &["64:ff9b::203.0.113.7"],
        NOT_ALLOWED,
    ),
];

/// What names no address, where an address has to be decided on.
const UNDECIDABLE: &[Row] = &[
    ("unknown (squid)", &["unknown"], UNKNOWN),
    ("an obfuscated name", &["_hidden"], UNKNOWN),
    ("an empty line", &[""], UNKNOWN),
    ("an empty last line", &["203.0.113.7", ""], UNKNOWN),
    ("an empty last entry", &["203.0.113.7,"], UNKNOWN),
    (
        "an empty entry in front of a proxy",
        &["203.0.113.7, , 10.0.0.2"],
        UNKNOWN,
    ),
    (
        "unknown is not skipped to reach the sender",
        &["203.0.113.7, unknown"],
        UNKNOWN,
    ),
    (
        "unknown behind a proxy",
        &["203.0.113.7, unknown, 10.0.0.2"],
        UNKNOWN,
    ),
    ("a word", &["garbage"], UNKNOWN),
    ("a name of a host", &["localhost"], UNKNOWN),
    ("a network", &["203.0.113.0/24"], UNKNOWN),
    ("the syntax of RFC 7239", &["for=203.0.113.7"], UNKNOWN),
    ("quotes", &["\"203.0.113.7\""], UNKNOWN),
    (
        "semicolons for commas",
        &["198.51.100.9; 203.0.113.7"],
        UNKNOWN,
    ),
    (
        "white space for a comma",
        &["198.51.100.9 203.0.113.7"],
        UNKNOWN,
    ),
    ("a port that is a word", &["203.0.113.7:https"], UNKNOWN),
    ("a port that is empty", &["203.0.113.7:"], UNKNOWN),
    ("a port with a sign", &["203.0.113.7:+443"], UNKNOWN),
    ("a port that is too high", &["203.0.113.7:65536"], UNKNOWN),
    ("a port with six digits", &["203.0.113.7:000443"], UNKNOWN),
    ("two ports", &["203.0.113.7:443:443"], UNKNOWN),
    ("a bracket that is not closed", &["[2001:db8::7"], UNKNOWN),
    ("a bracket that is not opened", &["2001:db8::7]"], UNKNOWN),
    ("two brackets", &["[[2001:db8::7]]"], UNKNOWN),
    ("text behind the bracket", &["[2001:db8::7]443"], UNKNOWN),
    ("IPv4 in brackets", &["[203.0.113.7]"], UNKNOWN),
    ("empty brackets", &["[]"], UNKNOWN),
    (
        "a zone id, which names an interface of the proxy's",
        &["fe80::1%eth0"],
        UNKNOWN,
    ),
    (
        "a zone id on an allowed address",
        &["2001:db8::7%eth0"],
        UNKNOWN,
    ),
    (
        "a zone id in brackets",
        &["[2001:db8::7%25eth0]:443"],
        UNKNOWN,
    ),
    ("leading zeros, octal to some", &["203.0.113.07"], UNKNOWN),
    (
        "leading zeros written as IPv6",
        &["::ffff:203.0.113.007"],
        UNKNOWN,
    ),
    ("hexadecimal", &["0xcb.0.113.7"], UNKNOWN),
    ("one number", &["3405803783"], UNKNOWN),
    ("three numbers", &["203.0.28935"], UNKNOWN),
    ("five numbers", &["203.0.113.7.7"], UNKNOWN),
    ("a number over 255", &["203.0.113.256"], UNKNOWN),
    ("two double colons", &["2001::db8::7"], UNKNOWN),
    ("digits that are not ASCII", &["２０３.0.113.7"], UNKNOWN),
    ("a space that is not ASCII", &["203.0.113.7\u{a0}"], UNKNOWN),
    ("a minus", &["-203.0.113.7"], UNKNOWN),
];

/// What no longer matters once the source is found.
const LEFT_OF_THE_SOURCE: &[Row] = &[
    (
        "garbage left of the sender",
        &["garbage, 203.0.113.7"],
        ACCEPTED,
    ),
    (
        "unknown left of the sender",
        &["unknown, 203.0.113.7"],
        ACCEPTED,
    ),
    (
        "empty entries left of the sender",
        &[",,, 203.0.113.7"],
        ACCEPTED,
    ),
    (
        "garbage left of a stranger",
        &["\"[, 198.51.100.9"],
        NOT_ALLOWED,
    ),
    (
        "a line of garbage over a stranger's",
        &["%", "198.51.100.9"],
        NOT_ALLOWED,
    ),
];

#[test]
fn the_first_address_from_the_right_that_is_no_proxy_counts() {
    check_rows(&ForwardedHeader::XForwardedFor, POSITIONS);
}

#[test]
fn an_address_is_read_in_every_usual_spelling() {
    check_rows(&ForwardedHeader::XForwardedFor, SPELLINGS);
}

#[test]
fn an_entry_that_names_no_address_is_refused_and_never_skipped() {
    check_rows(&ForwardedHeader::XForwardedFor, UNDECIDABLE);
}

#[test]
fn nothing_left_of_the_source_is_looked_at() {
    check_rows(&ForwardedHeader::XForwardedFor, LEFT_OF_THE_SOURCE);
}

#[test]
fn another_header_is_read_in_the_same_way() {
    let header: ForwardedHeader = "X-Real-IP".parse().unwrap();
    for rows in [POSITIONS, SPELLINGS, UNDECIDABLE, LEFT_OF_THE_SOURCE] {
        check_rows(&header, rows);
    }
}
