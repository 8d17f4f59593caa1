//! What `build` rejects.

use std::time::Duration;

use tower_webhook::{
    error::ConfigErrorKind,
    scheme::{Encoding, Part, Place, Scheme, SchemeBuilder, SignatureFormat, TimeFormat},
};

fn acme() -> SchemeBuilder {
    Scheme::builder("acme").signature(SignatureFormat::header("x-signature"))
}

fn reason(builder: SchemeBuilder) -> String {
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::InvalidScheme);
    error.culprit().unwrap().to_owned()
}

#[test]
fn a_scheme_that_contradicts_itself_is_a_configuration_error() {
    let seconds = TimeFormat::Seconds;
    let header = |prefix: &'static str| SignatureFormat::header("x-signature").prefix(prefix);
    for (builder, expected) in [
        (Scheme::builder("acme"), "no signature header"),
        (
            acme().signature(SignatureFormat::headers([""; 0])),
            "no signature header",
        ),
        (acme().signed(["v0".into()]), "the body is not signed"),
        (acme().signed([]), "the body is not signed"),
        (
            acme().signed([Part::Body, Part::Body]),
            "the body is signed more than once",
        ),
        (
            acme().timestamp(Place::header("x-time"), seconds),
            "the timestamp is not signed",
        ),
        (
            acme().signed([Part::Timestamp, Part::Body]),
            "the timestamp is signed and is nowhere",
        ),
        (
            acme().tolerance(Duration::from_secs(1)),
            "there is a tolerance and no signed timestamp",
        ),
        (
            acme()
                .signed([Part::Timestamp, Part::Body])
                .timestamp(Place::body("time"), seconds),
            "the timestamp is signed twice",
        ),
        (
            acme().signed([Part::Id, Part::Body]),
            "the id is signed and is in no header",
        ),
        (
            acme().signed([Part::Id, Part::Body]).id(Place::body("id")),
            "the id is signed and is in no header",
        ),
        (
            acme().signed([Part::Url, Part::Body]),
            "the URL is signed and none is configured",
        ),
        (
            acme().signed([Part::Url, Part::Body]).url(""),
            "the URL is signed and none is configured",
        ),
        (
            acme().signature(header("abc")),
            "the prefix could be part of a signature",
        ),
        (
            acme().signature(header("v0").encoding(Encoding::Base64)),
            "the prefix could be part of a signature",
        ),
        (
            acme().signature(header("a,b=")),
            "the prefix has a comma or white space",
        ),
        (
            acme().signature(SignatureFormat::fields("x-signature", '|', "v1")),
            "the separator of fields is neither a comma nor a semicolon",
        ),
        (
            acme().signature(SignatureFormat::fields("x-signature", 'é', "v1")),
            "the separator of fields is neither a comma nor a semicolon",
        ),
        (
            acme().signature(SignatureFormat::fields("x-signature", ',', "")),
            "the field of the signature has no key",
        ),
        (
            acme().id(Place::field("id")),
            "a field that the signature header does not have",
        ),
        (
            acme()
                .signature(SignatureFormat::fields("x-signature", ',', "v1"))
                .id(Place::field("v1")),
            "a field that the signature header does not have",
        ),
        (
            acme()
                .signature(SignatureFormat::fields("x-signature", ',', "v1"))
                .id(Place::field("")),
            "a field that the signature header does not have",
        ),
        (acme().id(Place::body("a..b")), "a path with an empty name"),
        (
            acme().key_id(Place::body("key")),
            "the key's id is in the body, which is not verified without it",
        ),
    ] {
        assert_eq!(reason(builder), expected);
    }
}

#[test]
fn a_header_name_that_is_none_is_named() {
    for builder in [
        Scheme::builder("acme").signature(SignatureFormat::header("x signature")),
        acme().id(Place::header("x signature")),
        acme().event_type(Place::header("x signature")),
        acme().key_id(Place::header("x signature")),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::InvalidHeaderName);
        assert_eq!(error.culprit(), Some("x signature"));
    }
}

#[test]
fn a_scheme_names_the_headers_that_it_reads_and_whether_it_is_safe_from_replays() {
    let scheme = acme()
        .signed([Part::Timestamp, Part::Body])
        .timestamp(Place::header("x-time"), TimeFormat::Seconds)
        .id(Place::header("x-id"))
        .event_type(Place::header("x-type"))
        .key_id(Place::header("x-key"))
        .build()
        .unwrap();
    let mut names: Vec<String> = scheme.headers().iter().map(ToString::to_string).collect();
    names.sort();
    assert_eq!(names, ["x-id", "x-key", "x-signature", "x-time", "x-type"]);
    assert!(scheme.has_replay_protection());
    assert!(!acme().build().unwrap().has_replay_protection());

    let standard = tower_webhook::scheme::standard_webhooks();
    assert_eq!(standard.headers().len(), 6);
    assert!(standard.has_replay_protection());
}

#[test]
fn a_receiver_without_a_signed_timestamp_needs_idempotency_or_a_word_that_says_danger() {
    let builder = || tower_webhook::Receiver::builder("secret").scheme(super::plain());
    let undecided = builder().build().unwrap_err();
    assert_eq!(
        undecided.kind(),
        tower_webhook::error::ConfigErrorKind::ReplaysPossible
    );
    assert_eq!(undecided.culprit(), Some("plain"));
    assert!(
        builder()
            .deduplicated()
            .build()
            .unwrap()
            .needs_idempotency()
    );
    let accepting = builder().danger_accept_replays().build().unwrap();
    assert!(!accepting.needs_idempotency());
    let standard = crate::support::receiver_at(0);
    assert!(!standard.needs_idempotency());
}

#[test]
fn the_tolerance_is_the_senders_unless_the_receiver_has_one() {
    let scheme = acme()
        .signed([Part::Timestamp, Part::Body])
        .timestamp(Place::header("x-time"), TimeFormat::Seconds)
        .tolerance(Duration::from_secs(600))
        .build()
        .unwrap();
    let at_the_edge = |seconds: u64, own: Option<u64>| {
        let time = (super::NOW - seconds).to_string();
        let signature = super::tag("secret", &format!("{time}{{}}"));
        let mut builder = tower_webhook::Receiver::builder("secret")
            .scheme(scheme.clone())
            .clock(|| Duration::from_secs(super::NOW));
        if let Some(own) = own {
            builder = builder.tolerance(Duration::from_secs(own));
        }
        let headers = super::headers([("x-time", &time), ("x-signature", &signature)]);
        crate::support::answer(&builder.build().unwrap(), &headers, "{}").is_ok()
    };
    assert!(at_the_edge(600, None));
    assert!(!at_the_edge(601, None));
    assert!(at_the_edge(30, Some(30)));
    assert!(!at_the_edge(31, Some(30)));
}
