//! How much memory a body takes that whoever holds the secret made for it.

use allocation_counter::measure;
use tower_webhook::voyado::Envelope;

use super::decode::envelope;

const BODY: usize = 1024 * 1024;
/// As the documentation of `voyado` has it.
const MOST: u64 = 20;

/// An envelope with as many `items` in the place of `_` as fit.
fn body(frame: &str, item: &str, separator: &str) -> String {
    let count = (BODY - frame.len()) / (item.len() + separator.len());
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
        (contact("_"), r#""id":0"#),
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
        let sent = body(&frame, item, ",");
        let mut decoded: Option<Result<Envelope, _>> = None;
        let memory = measure(|| decoded = Some(envelope(sent)));
        let ratio = memory.bytes_max / BODY as u64;
        eprintln!("{:.1} {frame:.60} {item}", memory.bytes_max as f64 / BODY as f64);
        assert!(ratio < MOST, "{ratio} times: {frame} with {item}");
        drop(decoded);
    }
}
