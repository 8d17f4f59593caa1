//! The links of Voyado's soft identification.

use std::time::Duration;

use serde_json::{Value, json};
use tower_webhook::{
    decrypt::Aes256Cbc,
    voyado::{SoftIdentification, SoftIdentificationErrorKind},
};

const KEY: &str = "DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2";
/// 2018-07-11T11:19:54Z, when the link of the vectors was made.
const MADE: u64 = 1_531_307_994;
const DAY: Duration = Duration::from_secs(86_400);

fn cipher() -> Aes256Cbc {
    Aes256Cbc::new(KEY).unwrap()
}

fn vector() -> String {
    let file: Value =
        serde_json::from_str(include_str!("../vectors/sealed-payloads.json")).unwrap();
    file["vectors"][0]["url_safe_base64"]
        .as_str()
        .unwrap()
        .into()
}

fn sealed(content: &Value) -> String {
    cipher().seal(content.to_string().as_bytes(), [3; 16])
}

fn open_at(
    seconds: u64,
    parameter: &str,
) -> Result<SoftIdentification, SoftIdentificationErrorKind> {
    let clock = move || Duration::from_secs(seconds);
    SoftIdentification::open(parameter, &cipher(), DAY, &clock).map_err(|error| error.kind())
}

fn kind_of(content: &Value) -> Option<SoftIdentificationErrorKind> {
    open_at(MADE, &sealed(content)).err()
}

const UNREADABLE: Option<SoftIdentificationErrorKind> =
    Some(SoftIdentificationErrorKind::Unreadable);

#[test]
fn the_vector_opens_field_by_field() {
    let opened = open_at(MADE, &vector()).unwrap();
    assert_eq!(
        opened.contact_id.as_deref(),
        Some("1c9b35d6-28d8-4520-8900-a89555f7f0c5")
    );
    assert_eq!(opened.email.as_deref(), Some("example@example.com"));
    assert_eq!(opened.id, None);
    assert_eq!(
        opened.discovery_key.as_deref(),
        Some("6iub35d6-34d8-6666-8900-e89100f7f0c5")
    );
    let made = opened.date_time.and_then(|made| made.timestamp()).unwrap();
    assert_eq!(made.as_second(), i64::try_from(MADE).unwrap());
    assert!(opened.other.is_empty());
}

#[test]
fn a_link_is_good_until_its_maximum_age_to_the_second() {
    let day = DAY.as_secs();
    open_at(MADE + day, &vector()).unwrap();
    let too_old = open_at(MADE + day + 1, &vector()).unwrap_err();
    assert_eq!(too_old, SoftIdentificationErrorKind::TooOld);
}

#[test]
fn a_link_may_come_from_the_future_by_five_minutes() {
    open_at(MADE - 300, &vector()).unwrap();
    let too_new = open_at(MADE - 301, &vector()).unwrap_err();
    assert_eq!(too_new, SoftIdentificationErrorKind::TooNew);
    assert_eq!(
        open_at(0, &vector()).unwrap_err(),
        SoftIdentificationErrorKind::TooNew
    );
    assert_eq!(
        open_at(u64::MAX, &vector()).unwrap_err(),
        SoftIdentificationErrorKind::TooOld
    );
}

#[test]
fn the_parameter_is_found_in_either_spelling_and_must_be_there_once() {
    let clock = || Duration::from_secs(MADE);
    let from = |query: &str| {
        let found = SoftIdentification::from_query(query, &cipher(), DAY, &clock);
        found.map_err(|error| error.kind())
    };
    let vector = vector();
    for query in [
        format!("eclub={vector}"),
        format!("eClub={vector}"),
        format!("page=2&eclub={vector}&utm=a"),
    ] {
        from(&query).unwrap_or_else(|error| panic!("{query}: {error:?}"));
    }
    for query in ["", "page=2", "eclubs=a"] {
        assert_eq!(
            from(query).unwrap_err(),
            SoftIdentificationErrorKind::Missing
        );
    }
    let twice = format!("eclub={vector}&eClub={vector}");
    assert_eq!(
        from(&twice).unwrap_err(),
        SoftIdentificationErrorKind::Repeated
    );
    assert_eq!(
        from("eclub=").unwrap_err(),
        SoftIdentificationErrorKind::Unreadable
    );
}

#[test]
fn padding_that_was_percent_encoded_opens() {
    use base64::{
        Engine,
        engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
    };
    let message = URL_SAFE_NO_PAD.decode(vector()).unwrap();
    let standard = STANDARD.encode(message);
    let encoded = standard
        .replace('=', "%3D")
        .replace('+', "%2B")
        .replace('/', "%2f");
    for parameter in [standard, encoded] {
        open_at(MADE, &parameter).unwrap_or_else(|error| panic!("{parameter}: {error:?}"));
    }
}

#[test]
fn one_identifier_is_enough_and_none_is_not() {
    let dated = |mut content: Value| {
        content["dateTime"] = json!("2018-07-11T11:19:54Z");
        content
    };
    for content in [
        json!({ "contactId": "c-1" }),
        json!({ "email": "a@example.com" }),
        json!({ "id": "7" }),
        json!({ "id": 7 }),
        json!({ "contactId": "", "email": "a@example.com" }),
        json!({ "contactId": 7 }),
        json!({ "contactid": "c-1", "ContactId": "c-1" }),
        json!({ "contactId": {}, "email": "a@example.com", "id": true }),
    ] {
        assert_eq!(kind_of(&dated(content)), None);
    }
    for content in [
        json!({}),
        json!({ "contactId": "" }),
        json!({ "contactId": {}, "email": ["a@example.com"] }),
        json!({ "discoveryKey": "d" }),
    ] {
        assert_eq!(kind_of(&dated(content)), UNREADABLE);
    }
}

#[test]
fn a_link_that_does_not_say_when_it_was_made_is_refused() {
    let undated = Some(SoftIdentificationErrorKind::Undated);
    assert_eq!(kind_of(&json!({ "contactId": "c-1" })), undated);
    let without_offset = json!({ "contactId": "c-1", "dateTime": "2018-07-11T11:19:54" });
    assert_eq!(kind_of(&without_offset), undated);
    for made in ["", "2018-07-11", "string", "/Date(1531307994000)/"] {
        let content = json!({ "contactId": "c-1", "dateTime": made });
        assert_eq!(kind_of(&content), undated, "{made}");
    }
    let after_the_last_instant =
        json!({ "contactId": "c-1", "dateTime": "9999-12-31T23:59:59.9999999Z" });
    assert_eq!(kind_of(&after_the_last_instant), undated);
    let of_any_age =
        SoftIdentification::danger_open_of_any_age(&sealed(&without_offset), &cipher());
    assert_eq!(of_any_age.unwrap().contact_id.as_deref(), Some("c-1"));
}

#[test]
fn a_byte_order_mark_in_what_is_sealed_is_skipped() {
    let content = "\u{feff}{\"email\":\"a@example.com\",\"dateTime\":\"2018-07-11T11:19:54Z\"}";
    let opened = open_at(MADE, &cipher().seal(content.as_bytes(), [3; 16])).unwrap();
    assert_eq!(opened.email.as_deref(), Some("a@example.com"));
}

#[test]
fn what_cannot_be_read_says_nothing_of_why() {
    let genuine = vector();
    let other_key = Aes256Cbc::new("another key of 32 characters....").unwrap();
    for parameter in [
        String::new(),
        "AAAA".into(),
        "no base64!".into(),
        genuine[..genuine.len() - 4].to_owned(),
        cipher().seal(b"not json", [1; 16]),
        cipher().seal(b"[]", [1; 16]),
        other_key.seal(b"{\"contactId\":\"c-1\"}", [1; 16]),
    ] {
        let kind = open_at(MADE, &parameter).unwrap_err();
        assert_eq!(kind, SoftIdentificationErrorKind::Unreadable, "{parameter}");
    }
}
