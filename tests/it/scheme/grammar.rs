//! How signatures stand in a header, one thing changed at a time.

use tower_webhook::{
    RejectionKind,
    scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat},
};

use super::{MISMATCH, NOW, headers, plain, receiver, tag};
use crate::support::{answer, append};

const BODY: &str = "{}";

fn fields() -> Scheme {
    Scheme::builder("fields")
        .signed([Part::Timestamp, ".".into(), Part::Body])
        .signature(SignatureFormat::fields("x-signature", ',', "v1"))
        .timestamp(Place::field("t"), TimeFormat::Seconds)
        .build()
        .unwrap()
}

fn verdict(scheme: &Scheme, lines: &[&str]) -> Result<(), RejectionKind> {
    let mut headers = http::HeaderMap::new();
    for line in lines {
        append(&mut headers, "x-signature", line);
    }
    answer(&receiver(scheme, "secret"), &headers, BODY)
}

#[test]
fn a_whole_value_stands_alone_on_several_lines_and_in_a_list() {
    let good = tag("secret", BODY);
    let other = tag("other", BODY);
    for lines in [
        &[good.as_str()][..],
        &[&good.to_uppercase()],
        &[&format!(" {good} ")],
        &[&other, &good],
        &[&good, &other],
        &[&format!("{other},{good}")],
        &[&format!("{good}, {other}")],
        &[&format!("{good},")],
        &[&format!("nonsense, {good}")],
    ] {
        assert_eq!(verdict(&plain(), lines), Ok(()), "{lines:?}");
    }
    for line in [
        &good[1..],
        &good[2..],
        &format!("{good}00"),
        &format!("0{good}"),
        &format!("sha256={good}"),
        &format!("{} {}", &good[..32], &good[32..]),
        "",
        ",",
        &"0".repeat(64),
        &good.replace(|digit: char| digit.is_ascii_digit(), "g"),
    ] {
        assert_eq!(verdict(&plain(), &[line]), MISMATCH, "{line:?}");
    }
    assert_eq!(
        verdict(&plain(), &[]),
        Err(RejectionKind::MissingSignatureHeaders)
    );
}

#[test]
fn a_prefix_is_required_as_it_is() {
    let scheme = Scheme::builder("prefixed")
        .signature(SignatureFormat::header("x-signature").prefix("sha256="))
        .build()
        .unwrap();
    let good = tag("secret", BODY);
    assert_eq!(verdict(&scheme, &[&format!("sha256={good}")]), Ok(()));
    for line in [
        good.clone(),
        format!("SHA256={good}"),
        format!("sha1={good}"),
        format!("sha256= {good}"),
        format!("sha256=sha256={good}"),
    ] {
        assert_eq!(verdict(&scheme, &[&line]), MISMATCH, "{line:?}");
    }
}

#[test]
fn fields_are_read_in_any_order_with_spaces_and_beside_others() {
    let good = tag("secret", &format!("{NOW}.{BODY}"));
    for line in [
        format!("t={NOW},v1={good}"),
        format!("v1={good},t={NOW}"),
        format!("t={NOW}, v1={good}"),
        format!("t={NOW},v0=abc,v1=00,v1={good}"),
        format!("t={NOW},t={NOW},v1={good}"),
        format!("nonsense,t={NOW},v1={good},"),
    ] {
        assert_eq!(verdict(&fields(), &[&line]), Ok(()), "{line:?}");
    }
    let two = [format!("t={NOW},v1=00"), format!("v1={good}")];
    assert_eq!(verdict(&fields(), &[&two[0], &two[1]]), Ok(()));
}

#[test]
fn fields_that_contradict_or_lack_the_timestamp_are_rejected() {
    let good = tag("secret", &format!("{NOW}.{BODY}"));
    for (line, expected) in [
        (
            format!("t={NOW},t=1,v1={good}"),
            RejectionKind::ConflictingSignatureHeaders,
        ),
        // Said twice, it is no truer.
        (
            format!("t={NOW},t=1,t=1,v1={good}"),
            RejectionKind::ConflictingSignatureHeaders,
        ),
        (format!("v1={good}"), RejectionKind::MalformedTimestamp),
        (format!("t=,v1={good}"), RejectionKind::MalformedTimestamp),
        (
            format!("t=0{NOW},v1={good}"),
            RejectionKind::MalformedTimestamp,
        ),
        (
            format!("t=+{NOW},v1={good}"),
            RejectionKind::MalformedTimestamp,
        ),
        (
            format!("t={NOW}.0,v1={good}"),
            RejectionKind::MalformedTimestamp,
        ),
        (
            format!("t={NOW},v0={good}"),
            RejectionKind::SignatureMismatch,
        ),
        (
            format!("t={NOW},V1={good}"),
            RejectionKind::SignatureMismatch,
        ),
        (
            format!("t={},v1={good}", NOW - 1),
            RejectionKind::SignatureMismatch,
        ),
        (
            format!("t={NOW};v1={good}"),
            RejectionKind::MalformedTimestamp,
        ),
    ] {
        assert_eq!(verdict(&fields(), &[&line]), Err(expected), "{line:?}");
    }
}

#[test]
fn a_list_is_bounded_in_entries_and_in_bytes() {
    let good = tag("secret", BODY);
    let list = |fillers: usize| format!("{}{good}", "x,".repeat(fillers));
    assert_eq!(verdict(&plain(), &[&list(63)]), Ok(()));
    assert_eq!(
        verdict(&plain(), &[&list(64)]),
        Err(RejectionKind::SignatureListTooLong)
    );
    let long = format!("{}{good}", " ".repeat(8192));
    assert_eq!(
        verdict(&plain(), &["", &format!("x{long}")]),
        Err(RejectionKind::SignatureListTooLong)
    );
}

#[test]
fn what_stands_behind_the_body_is_signed_too() {
    let scheme = Scheme::builder("behind")
        .signed([
            Part::Method,
            Part::Url,
            Part::Body,
            "|".into(),
            Part::Timestamp,
            Part::Id,
        ])
        .url("https://shop.example/hook?a=1")
        .signature(SignatureFormat::header("x-signature"))
        .timestamp(Place::header("x-time"), TimeFormat::Rfc3339)
        .id(Place::header("x-id"))
        .build()
        .unwrap();
    let time = "2023-11-14T22:13:20.5Z";
    let text = format!("POSThttps://shop.example/hook?a=1{BODY}|{time}msg_1");
    let good = tag("secret", &text);
    let verdict = |time: &str, id: &str| {
        let headers = headers([("x-signature", &good), ("x-time", time), ("x-id", id)]);
        answer(&receiver(&scheme, "secret"), &headers, BODY)
    };
    assert_eq!(verdict(time, "msg_1"), Ok(()));
    assert_eq!(verdict("2023-11-14T22:13:20Z", "msg_1"), MISMATCH);
    assert_eq!(verdict(time, "msg_2"), MISMATCH);
    assert_eq!(
        verdict("2023-11-14 22:13", "msg_1"),
        Err(RejectionKind::MalformedTimestamp)
    );
    assert_eq!(
        verdict(time, "two words"),
        Err(RejectionKind::MalformedMessageId)
    );
}

#[test]
fn a_missing_or_contradicted_signed_header_is_rejected_and_an_unsigned_one_is_not() {
    let scheme = Scheme::builder("signed")
        .signed([Part::Id, ".".into(), Part::Body])
        .signature(SignatureFormat::header("x-signature"))
        .id(Place::header("x-id"))
        .event_type(Place::header("x-type"))
        .build()
        .unwrap();
    let good = tag("secret", "msg_1.{}");
    let receiver = receiver(&scheme, "secret");
    let verdict = |lines: &[(&str, &str)]| {
        let mut headers = headers([("x-signature", &good)]);
        for (name, value) in lines {
            append(&mut headers, name, value);
        }
        answer(&receiver, &headers, BODY)
    };
    assert_eq!(verdict(&[("x-id", "msg_1")]), Ok(()));
    assert_eq!(verdict(&[("x-id", "msg_1"), ("x-id", "msg_1")]), Ok(()));
    assert_eq!(verdict(&[]), Err(RejectionKind::MissingSignatureHeaders));
    assert_eq!(
        verdict(&[("x-id", "msg_1"), ("x-id", "msg_2")]),
        Err(RejectionKind::ConflictingSignatureHeaders)
    );
    // `msg` and `1.{}` would carry the signature of `msg.1` and `{}`.
    assert_eq!(
        verdict(&[("x-id", "msg.1")]),
        Err(RejectionKind::MalformedMessageId)
    );
    let contradicted = [("x-id", "msg_1"), ("x-type", "a"), ("x-type", "b")];
    assert_eq!(verdict(&contradicted), Ok(()));
}
