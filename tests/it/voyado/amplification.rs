//! How much memory a body takes that whoever holds the secret made for it.

use allocation_counter::measure;
use tower_webhook::{Json, Timestamp};

use super::decode::envelope;
use crate::support::{ID, NOW, receiver_at, signer};

/// Some are just behind the sizes at which a list doubles.
const SIZES: [usize; 3] = [164_500, 230_500, 262_144];
/// As the documentation of `voyado` has it.
const MOST: u64 = 20;

/// As the documentation of `Json` has it.
const MOST_OF_JSON: u64 = 130;

/// An envelope with as many `items` in the place of `_` as fit.
fn body(size: usize, frame: &str, item: &str, separator: &str) -> String {
    let count = (size - frame.len()) / (item.len() + separator.len());
    frame.replace('_', &vec![item; count].join(separator))
}

#[test]
fn a_body_takes_at_most_twenty_times_its_size() {
    let of_type = |event_type: &str, payload: &str| {
        format!(r#"{{"eventType":"{event_type}","isEncrypted":false,"payload":{payload}}}"#)
    };
    let contact = |members: &str| {
        of_type(
            "contact.created",
            &format!(r#"{{"contactId":"c-1",{members}}}"#),
        )
    };
    let promotion = |members: &str| {
        let members = format!(r#"{{"contactId":"c-1",{members}}}"#);
        of_type("promotion.multichannel.assigned", &members)
    };
    let plain_json = r#"{"eventType":"contact.merged","payload":[_]}"#.to_owned();
    for (frame, item) in [
        (contact("_"), r#""":0"#),
        (contact(r#""id":1,_"#), r#""id":0"#),
        (contact("_"), r#""age":0"#),
        (contact(r#""id":1,"iD":2,_"#), r#""id":0,"id":1"#),
        (contact(r#""attributes":{_}"#), r#""":0"#),
        (contact(r#""attributes":{_}"#), r#""age":0,"age":1"#),
        (contact("_"), r#""attributes":{},"attributes":[]"#),
        (contact(r#""consents":[_]"#), "{}"),
        (contact(r#""consents":[_]"#), "0"),
        (promotion(r#""redemptionChannels":[_]"#), "{}"),
        (promotion(r#""presentation":{_}"#), r#""":0"#),
        (of_type("contact.created", "{_}"), r#""":0"#),
        (of_type("contact.merged", "[_]"), "0"),
        (r#"{_,"eventType":"contact.merged"}"#.to_owned(), r#""":0"#),
        (
            r#"{"eventType":"contact.merged","eventType":"a",_}"#.to_owned(),
            r#""":0"#,
        ),
        (plain_json, "[]"),
    ] {
        for size in SIZES {
            let sent = body(size, &frame, item, ",");
            let mut decoded = None;
            let memory = measure(|| decoded = Some(envelope(sent)));
            let ratio = memory.bytes_max / size as u64;
            assert!(ratio < MOST, "{ratio} times: {frame} with {item}");
        }
    }
}

#[test]
fn a_json_value_takes_at_most_a_hundred_and_thirty_times_its_body() {
    let receiver = receiver_at(NOW);
    let mut most = 0;
    for (frame, item) in [
        ("[_]", "[]"),
        ("[_]", "{}"),
        ("[_]", "0"),
        ("[_]", r#"{"":0}"#),
        ("{_}", r#""":0"#),
        ("[_]", "[[]]"),
        // As deep as `serde_json` goes.
        (
            "[_]",
            &format!("{}0{}", r#"{"":"#.repeat(120), "}".repeat(120)),
        ),
    ] {
        for size in SIZES {
            let sent = body(size, frame, item, ",");
            let request = signer().request(ID, Timestamp::from_unix_seconds(NOW), sent.clone());
            let (head, _) = request.into_parts();
            let head = receiver.check_head(&head).unwrap();
            let verified = head.check_signature(sent).unwrap();
            let mut opened = None;
            let memory = measure(|| opened = Some(verified.open::<Json<serde_json::Value>>()));
            opened.unwrap().unwrap();
            let ratio = memory.bytes_max / size as u64;
            assert!(ratio < MOST_OF_JSON, "{ratio} times: {frame} with {item}");
            most = most.max(ratio);
        }
    }
    // What is documented is not far from what is so.
    assert!(most > MOST_OF_JSON * 3 / 4, "{most} times at most");
}
