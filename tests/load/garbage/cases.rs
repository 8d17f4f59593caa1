//! Hostile requests by name, and the answers to each.

use crate::{
    deliveries::{Deliveries, Delivery},
    receiver::PATH,
    wire::{self, LAST_CHUNK},
};

/// What is sent on one connection, and all answers until it is closed.
pub(super) struct Case {
    pub(super) description: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) statuses: Vec<u16>,
    /// What is accepted of it.
    pub(super) genuine: Vec<Delivery>,
}

pub(super) fn all(deliveries: &Deliveries) -> Vec<Case> {
    let mut cases = heads();
    cases.extend(framings(deliveries));
    cases.extend(chunks(deliveries));
    cases.extend(pipelines(deliveries));
    cases
}

fn refused(description: &'static str, bytes: impl Into<Vec<u8>>, statuses: &[u16]) -> Case {
    Case {
        description,
        bytes: bytes.into(),
        statuses: statuses.into(),
        genuine: Vec::new(),
    }
}

fn heads() -> Vec<Case> {
    let long = "a".repeat(1024 * 1024);
    let many = "x: y\r\n".repeat(10_000);
    let with = |lines: &str| format!("POST {PATH} HTTP/1.1\r\nhost: receiver\r\n{lines}\r\n\r\n");
    vec![
        refused(
            "a TLS hello",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            &[400],
        ),
        refused(
            "the preface of HTTP/2",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            &[],
        ),
        refused("prose", "hello, receiver\r\n\r\n", &[400]),
        refused("HTTP/3.0 in text", "POST / HTTP/3.0\r\n\r\n", &[400]),
        refused("a method without an end", long.clone(), &[431]),
        refused(
            "a path of a mebibyte",
            format!("POST /{long} HTTP/1.1\r\n\r\n"),
            &[431],
        ),
        refused(
            "a header of a mebibyte",
            with(&format!("x: {long}")),
            &[431],
        ),
        refused("ten thousand headers", with(&many), &[431]),
        refused("a header with a NUL", with("x: a\0b"), &[400]),
        refused("a header without a name", with(": x"), &[400]),
        refused("a header that is folded", with("x: a\r\n b"), &[400]),
        refused("white space before a colon", with("x : y"), &[400]),
        refused(
            "a bare line feed in a header",
            with("x: a\nsvix-id : b"),
            &[400],
        ),
    ]
}

/// Two ways to say where a body ends: whoever is in front may have taken the other.
fn framings(deliveries: &Deliveries) -> Vec<Case> {
    let hidden = wire::request(&deliveries.genuine());
    let case = |description, framing: &str, statuses: &[u16]| {
        let head = wire::head(&deliveries.genuine(), framing).replacen(wire::CLOSE, "", 1);
        refused(
            description,
            [head.as_bytes(), LAST_CHUNK, &hidden].concat(),
            statuses,
        )
    };
    vec![
        case(
            "a length and chunks",
            "content-length: 5\r\ntransfer-encoding: chunked",
            &[401],
        ),
        case(
            "chunks and a length",
            "transfer-encoding: chunked\r\ncontent-length: 5",
            &[401],
        ),
        case(
            "two lengths",
            "content-length: 5\r\ncontent-length: 6",
            &[400],
        ),
        case("two lengths in one line", "content-length: 5, 6", &[400]),
        case("a length with a sign", "content-length: +5", &[400]),
        case("a length below nothing", "content-length: -1", &[400]),
        case("a length in hexadecimal", "content-length: 0x5", &[400]),
        case(
            "a length over 64 bits",
            "content-length: 18446744073709551616",
            &[400],
        ),
        case(
            "chunks that are not the last coding",
            "transfer-encoding: chunked, identity",
            &[400],
        ),
        case(
            "a coding that nobody knows",
            "transfer-encoding: xchunked",
            &[400],
        ),
        case(
            "white space before the colon",
            "transfer-encoding : chunked",
            &[400],
        ),
        case(
            "a coding that is folded",
            "transfer-encoding:\r\n chunked",
            &[400],
        ),
    ]
}

fn chunks(deliveries: &Deliveries) -> Vec<Case> {
    let case = |description, body: &str, statuses: &[u16]| {
        let head = wire::head(&deliveries.genuine(), "transfer-encoding: chunked");
        refused(description, head + body, statuses)
    };
    let long = "a".repeat(1024 * 1024);
    vec![
        case("a size that is no number", "zz\r\n", &[400]),
        case("a size below nothing", "-1\r\n", &[400]),
        case("a size over 64 bits", "fffffffffffffffff\r\n", &[400]),
        case("no size", "\r\n", &[400]),
        case("a chunk longer than its size", "1\r\nabc\r\n", &[400]),
        case("a size that ends in a bare line feed", "1\na\r\n", &[400]),
        case(
            "an extension of a mebibyte",
            &format!("1;{long}\r\na\r\n"),
            &[400],
        ),
        case(
            "trailers of a mebibyte",
            &format!("0\r\nx: {long}\r\n\r\n"),
            &[400],
        ),
        case(
            "a size that promises more than there is memory",
            "7fffffffffffffff\r\na",
            &[408],
        ),
    ]
}

fn pipelines(deliveries: &Deliveries) -> Vec<Case> {
    let hundred: Vec<Delivery> = (0..100).map(|_| deliveries.genuine()).collect();
    let last = deliveries.genuine();
    let behind_a_forged_one = wire::request(&deliveries.genuine());
    let mut forged = deliveries.genuine();
    forged.body = "x".into();
    let hidden = wire::request(&deliveries.genuine());
    let hiding = format!(
        "POST {PATH} HTTP/1.1\r\nhost: receiver\r\ncontent-length: {}\r\n\r\n",
        hidden.len() + 1
    );
    let expecting = deliveries.genuine();
    let expectation = format!(
        "expect: 100-continue\r\ncontent-length: {}",
        expecting.body.len()
    );
    vec![
        Case {
            description: "a hundred requests at once",
            bytes: [
                hundred.iter().flat_map(wire::keep_alive).collect(),
                wire::request(&last),
            ]
            .concat(),
            statuses: vec![204; 101],
            genuine: hundred.into_iter().chain([last]).collect(),
        },
        refused(
            "a request behind a forged one, after which the connection is closed",
            [wire::keep_alive(&forged), behind_a_forged_one].concat(),
            &[401],
        ),
        refused(
            "a request hidden in the body of one that is refused",
            [hiding.as_bytes(), &hidden].concat(),
            &[400],
        ),
        Case {
            description: "a body that comes without waiting for 100",
            bytes: [
                wire::head(&expecting, &expectation).as_bytes(),
                &expecting.body,
            ]
            .concat(),
            statuses: vec![100, 204],
            genuine: vec![expecting],
        },
        refused(
            "a refused request that waits for 100",
            format!(
                "POST {PATH} HTTP/1.1\r\nhost: receiver\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n"
            ),
            &[400],
        ),
    ]
}
