//! Arbitrary heads, against a model of each check in its order. Checking one allocates nothing.

#![no_main]

use std::sync::LazyLock;

use allocation_counter::measure;
use arbitrary::Arbitrary;
use http::{Method, Request};
use libfuzzer_sys::fuzz_target;
use tower_webhook::Rejection;
use tower_webhook_fuzz::{
    endpoint::{ALLOWED, RECEIVER, set_clock, set_peer},
    model, text,
};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    now: u64,
    method: ChosenMethod,
    peer: Peer,
    headers: &'a [u8],
}

#[derive(Arbitrary, Debug)]
enum ChosenMethod {
    Post,
    Get,
    Lowercase,
}

#[derive(Arbitrary, Debug)]
enum Peer {
    Allowed,
    Stranger,
    Unknown,
}

fuzz_target!(init: LazyLock::force(&RECEIVER), |input: Input<'_>| {
    let (mut head, ()) = Request::new(()).into_parts();
    head.method = match input.method {
        ChosenMethod::Post => Method::POST,
        ChosenMethod::Get => Method::GET,
        ChosenMethod::Lowercase => Method::from_bytes(b"post").expect("a method"),
    };
    match input.peer {
        Peer::Allowed => set_peer(&mut head, ALLOWED),
        Peer::Stranger => set_peer(&mut head, "198.51.100.9"),
        Peer::Unknown => {}
    }
    head.headers = text::headers(input.headers);
    set_clock(input.now);

    let mut checked = None;
    let allocations = measure(|| checked = Some(RECEIVER.check_head(&head)));
    let checked = checked.expect("it was checked");
    assert_eq!(allocations.count_total, 0);

    let expected = model::head::verdict(&head, input.now);
    let got = checked.as_ref().map(|_| ()).map_err(Rejection::kind);
    assert_eq!(got, expected);
    if let Ok(checked) = checked {
        let signed = model::head::signed(&head.headers).expect("a complete family");
        let id = checked.unverified_id().expect("an id");
        assert_eq!(id.as_bytes(), signed.ids[0]);
        let timestamp = checked.unverified_timestamp().expect("a time").to_string();
        assert_eq!(timestamp.as_bytes(), signed.timestamps[0]);
    }
});
