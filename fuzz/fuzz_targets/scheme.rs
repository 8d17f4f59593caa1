//! Arbitrary schemes and heads, against a model of both.
//!
//! In the input the bytes 1 to 3 stand for what only keys can make: the tags of the first and of the second key, and that of a
//! stranger; the byte 4 stands for the current time.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use tower_webhook::Receiver;
use tower_webhook_fuzz::{
    endpoint::{NOW, clock, set_clock},
    model::scheme::Scheme,
    text,
};

const KEYS: [&str; 2] = ["correct horse", "battery staple"];
const STRANGER: &str = "a key that nobody knows";

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    scheme: Scheme,
    /// How far the clock is from the time of the request.
    late: i16,
    in_milliseconds: bool,
    /// Lines of a head, an empty one, a body.
    request: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    set_clock(NOW.saturating_add_signed(input.late.into()));
    let (head, body) = match input.request.windows(2).position(|pair| pair == b"\n\n") {
        Some(end) => (&input.request[..end], &input.request[end + 2..]),
        None => (input.request, &[][..]),
    };
    let time = NOW.to_string();
    let time = if input.in_milliseconds {
        format!("{time}000")
    } else {
        time
    };
    let timed = replaced(head, 4, time.as_bytes());
    // What a line claims does not depend on tags, which no header can carry as they are here.
    let without_tags = [1, 2, 3]
        .iter()
        .fold(timed.clone(), |text, byte| replaced(&text, *byte, b""));
    let claimed = text::headers(&without_tags);
    let claims = input.scheme.claims(&claimed);
    let mut signed = timed;
    for (byte, key) in [(1, KEYS[0]), (2, KEYS[1]), (3, STRANGER)] {
        let tag = input.scheme.tag(key.as_bytes(), claims, body);
        signed = replaced(&signed, byte, tag.as_bytes());
    }
    let headers = text::headers(&signed);

    let receiver = Receiver::builder(KEYS)
        .scheme(input.scheme.described())
        .danger_accept_replays()
        .clock(clock)
        .build()
        .expect("a configuration");
    let verified = receiver
        .check_head(&headers)
        .and_then(|head| head.check_signature(body.to_vec()));
    let got = verified.map(drop).map_err(|rejection| rejection.kind());
    let keys = KEYS.map(str::as_bytes);
    assert_eq!(got, input.scheme.verdict(&headers, body, &keys, clock()));
});

fn replaced(text: &[u8], byte: u8, by: &[u8]) -> Vec<u8> {
    let pieces: Vec<_> = text.split(|other| *other == byte).collect();
    pieces.join(by)
}
