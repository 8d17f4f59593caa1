//! Arbitrary queries and arbitrary content of links, against a model of their fields and of their age.

#![no_main]

use std::{sync::LazyLock, time::Duration};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;
use tower_webhook::{
    decrypt::Aes256Cbc,
    voyado::{
        Identifier, SoftIdentification,
        SoftIdentificationErrorKind::{
            self, Missing, Repeated, TooNew, TooOld, Undated, Unreadable,
        },
        jiff::Timestamp,
    },
};
use tower_webhook_fuzz::{
    endpoint::DECRYPTION_KEY,
    json::{Object, text},
    model::{date::Date, payload},
};

const CLOCK_DIFFERENCE: i128 = 300;
const NANOSECONDS: i128 = 1_000_000_000;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    now: u64,
    max_age: u64,
    text: Text<'a>,
}

#[derive(Arbitrary, Debug)]
enum Text<'a> {
    /// What a link says, to be sealed.
    Content(&'a str),
    /// The query of a URL.
    Query(&'a str),
}

static CIPHER: LazyLock<Aes256Cbc> =
    LazyLock::new(|| Aes256Cbc::new(DECRYPTION_KEY).expect("a key"));

fuzz_target!(|input: Input<'_>| {
    let query = match input.text {
        Text::Content(content) => format!("eClub={}", seal(content)),
        Text::Query(query) => query.to_owned(),
    };
    let values: Vec<_> = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .filter(|(name, _)| name.eq_ignore_ascii_case("eclub"))
        .map(|(_, value)| value)
        .collect();
    let (now, max_age) = (
        Duration::from_secs(input.now),
        Duration::from_secs(input.max_age),
    );
    let open = |query: &str| {
        SoftIdentification::from_query(query, &*CIPHER, max_age, &move || now)
            .map_err(|error| error.kind())
    };
    let got = open(&query);

    let parameter = match values.as_slice() {
        [] => return assert_eq!(got.err(), Some(Missing)),
        [parameter] => *parameter,
        _ => return assert_eq!(got.err(), Some(Repeated)),
    };
    let of_any_age = SoftIdentification::danger_open_of_any_age(parameter, &*CIPHER);
    let expected = match &of_any_age {
        Ok(visitor) => age_error(visitor, input.now, input.max_age),
        Err(error) => Some(error.kind()),
    };
    assert_eq!(got.as_ref().err().copied(), expected);
    assert_eq!(of_any_age.is_err(), expected == Some(Unreadable));
    if let Text::Content(content) = input.text {
        check_content(content, of_any_age.as_ref().ok());
    }

    if let Ok(visitor) = of_any_age {
        assert!(identifies(&visitor));
        let encoded = percent_encoded(parameter);
        assert_eq!(said(&open_any(&encoded)), said(&visitor));
        let resealed = open_any(&seal(&said(&visitor)));
        assert_eq!(resealed.contact_id, visitor.contact_id);
        assert_eq!(resealed.email, visitor.email);
        assert_eq!(resealed.id, visitor.id);
    }
});

/// What a link says is what was sealed; a link whose content is good is opened if it is about somebody.
fn check_content(content: &str, opened: Option<&SoftIdentification>) {
    let content = content.strip_prefix('\u{feff}').unwrap_or(content);
    let Some(sent) = Object::parse(content.as_bytes()) else {
        // A name in it may have half of a surrogate pair.
        let is_object = serde_json::from_str::<&RawValue>(content).is_ok() && content.contains('{');
        return assert!(is_object || opened.is_none());
    };
    let shape = payload::SOFT_IDENTIFICATION;
    let text_of = |name| shape.text_of(name, &sent);
    let (contact_id, email, id) = (text_of("contactId"), text_of("email"), text_of("id"));
    let is_there = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    let is_somebody = [&contact_id, &email, &id].into_iter().any(is_there);
    assert_eq!(opened.is_some(), is_somebody);
    let Some(opened) = opened else { return };
    assert_eq!(opened.contact_id, contact_id);
    assert_eq!(opened.email, email);
    assert_eq!(opened.id.as_ref().map(Identifier::as_str), id.as_deref());
    assert_eq!(opened.discovery_key, text_of("discoveryKey"));
    let made = shape.value_of("dateTime", &sent);
    if let Some(made) = made.and_then(|made| Date::parse(&text(&made)?)) {
        let read = opened.date_time.expect("a date");
        let instant = read.timestamp().map(Timestamp::as_nanosecond);
        assert_eq!(instant, made.instant);
    }
    let written = Object::parse(said(opened).as_bytes()).expect("a visitor is an object");
    assert_eq!(shape.lost(&sent, &written), Vec::<String>::new());
}

fn open_any(parameter: &str) -> SoftIdentification {
    let opened = SoftIdentification::danger_open_of_any_age(parameter, &*CIPHER);
    opened.expect("what can be opened is opened in each of its spellings")
}

fn seal(content: &str) -> String {
    CIPHER.seal(content.as_bytes(), [7; 16])
}

fn said(visitor: &SoftIdentification) -> String {
    serde_json::to_string(visitor).expect("a visitor is JSON")
}

/// Each byte percent-encoded, unless some are already.
fn percent_encoded(parameter: &str) -> String {
    if parameter.contains('%') {
        return parameter.to_owned();
    }
    let bytes = parameter.bytes().map(|byte| format!("%{byte:02X}"));
    bytes.collect::<Vec<_>>().concat()
}

fn identifies(visitor: &SoftIdentification) -> bool {
    let is_there = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
    is_there(visitor.contact_id.as_deref())
        || is_there(visitor.email.as_deref())
        || is_there(visitor.id.as_ref().map(Identifier::as_str))
}

fn age_error(
    visitor: &SoftIdentification,
    now: u64,
    max_age: u64,
) -> Option<SoftIdentificationErrorKind> {
    let Some(made) = visitor.date_time.and_then(|made| made.timestamp()) else {
        return Some(Undated);
    };
    let age = i128::from(now) * NANOSECONDS - made.as_nanosecond();
    if made.as_nanosecond() < 0 || age > i128::from(max_age) * NANOSECONDS {
        Some(TooOld)
    } else if -age > CLOCK_DIFFERENCE * NANOSECONDS {
        Some(TooNew)
    } else {
        None
    }
}
