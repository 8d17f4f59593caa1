use std::{sync::Arc, time::Duration};

use proptest::prelude::*;
use serde_json::{Value, json};
use tower_webhook::{
    decrypt::{Aes256Cbc, Decrypt},
    voyado::{SoftIdentification, SoftIdentificationErrorKind},
};

use super::{KEY, cbc, gcm};

/// 2018-07-11T11:19:54Z.
const MADE: Duration = Duration::from_secs(1_531_307_994);
const DAY: Duration = Duration::from_secs(86_400);

fn open_at(
    now: Duration,
    content: &Value,
) -> Result<SoftIdentification, SoftIdentificationErrorKind> {
    let parameter = gcm(KEY).seal(content.to_string().as_bytes(), [1; 12]);
    let shared: Arc<dyn Decrypt> = Arc::new(gcm(KEY));
    SoftIdentification::open(&parameter, &*shared, DAY, &move || now).map_err(|error| error.kind())
}

fn age_at(now: Duration, made: &str) -> Option<SoftIdentificationErrorKind> {
    open_at(now, &json!({ "contactId": "c-1", "dateTime": made })).err()
}

#[test]
fn an_age_is_of_the_instant_and_to_the_nanosecond() {
    use SoftIdentificationErrorKind::{TooNew, TooOld, Undated};

    let (nanosecond, five_minutes) = (Duration::from_nanos(1), Duration::from_secs(300));
    for made in ["2018-07-11T11:19:54Z", "2018-07-11T13:19:54.0000000+02:00"] {
        assert_eq!(age_at(MADE + DAY, made), None);
        assert_eq!(age_at(MADE + DAY + nanosecond, made), Some(TooOld));
        assert_eq!(age_at(MADE.saturating_sub(five_minutes), made), None);
        assert_eq!(
            age_at(MADE.saturating_sub(five_minutes + nanosecond), made),
            Some(TooNew)
        );
        assert_eq!(age_at(Duration::MAX, made), Some(TooOld));
    }
    assert_eq!(age_at(Duration::ZERO, "1969-12-31T23:59:59Z"), Some(TooOld));
    assert_eq!(age_at(MADE, "0001-01-01T00:00:00Z"), Some(TooOld));
    assert_eq!(age_at(MADE, "9999-12-31T23:59:59.9999999Z"), Some(Undated));
    assert_eq!(age_at(MADE, "2018-07-11"), Some(Undated));
    assert_eq!(age_at(MADE, "yesterday"), Some(Undated));
}

#[test]
fn names_come_in_any_case_and_what_is_not_known_is_kept() {
    let content = json!({ "ContactId": "c-1", "datetime": "2018-07-11T11:19:54Z", "store": 7 });
    let opened = open_at(MADE, &content).unwrap();
    assert_eq!(opened.contact_id.as_deref(), Some("c-1"));
    assert_eq!(opened.other.get("store").unwrap().get(), "7");
}

#[test]
fn a_link_of_another_key_or_cut_anywhere_is_unreadable() {
    let sealed = cbc(KEY).seal(br#"{"contactId":"c-1"}"#, [1; 16]);
    let unreadable = |parameter: &str, cipher: &dyn Decrypt| {
        let opened = SoftIdentification::danger_open_of_any_age(parameter, cipher);
        assert_eq!(
            opened.unwrap_err().kind(),
            SoftIdentificationErrorKind::Unreadable
        );
    };
    for len in 0..sealed.len() {
        unreadable(&sealed[..len], &cbc(KEY));
    }
    unreadable(&sealed, &Aes256Cbc::new([7; 32]).unwrap());
    unreadable(&sealed, &gcm(KEY));
    unreadable("%FF%FE", &cbc(KEY));
    unreadable("%", &cbc(KEY));
}

proptest! {
    #[test]
    fn no_query_and_no_content_panics(query: String, content: Vec<u8>, max_age: Duration, now: Duration) {
        let clock = move || now;
        let _ = SoftIdentification::from_query(&query, &cbc(KEY), max_age, &clock);
        for query in [format!("eclub={query}"), format!("eclub={}", cbc(KEY).seal(&content, [1; 16]))] {
            let opened = SoftIdentification::from_query(&query, &cbc(KEY), max_age, &clock);
            prop_assert!(opened.is_err());
        }
    }

    #[test]
    fn no_moment_panics(now: Duration, max_age: Duration) {
        let parameter = cbc(KEY).seal(br#"{"id":7,"dateTime":"2018-07-11T11:19:54Z"}"#, [1; 16]);
        let opened = SoftIdentification::open(&parameter, &cbc(KEY), max_age, &move || now);
        let good = MADE.saturating_sub(Duration::from_secs(300)) <= now
            && now.saturating_sub(MADE) <= max_age;
        prop_assert_eq!(opened.is_ok(), good);
    }
}
