//! How much memory a body takes that whoever holds the secret made for it.

use super::decode::envelope;
use allocation_counter::measure;

/// Some are just behind the sizes at which a list doubles.
const SIZES: [usize; 3] = [164_500, 230_500, 262_144];
/// As the documentation of `voyado` has it.
const MOST: u64 = 20;

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
