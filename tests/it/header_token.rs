//! The header token.

use std::time::Duration;

use http::HeaderMap;
use tower_webhook::{
    Receiver, RejectionKind, error::ConfigErrorKind, provider, receiver::ReceiverBuilder,
};

use crate::support::{NOW, SECRET, append, genuine_set};

const NAME: &str = "x-engage-token";
const TOKEN: &str = "correct horse battery staple";

fn receiver(tokens: &[&str]) -> Receiver {
    Receiver::builder([SECRET])
        .clock(|| Duration::from_secs(NOW))
        .header_token(NAME, tokens)
        .build()
        .unwrap()
}

fn with_lines(lines: &[&[u8]]) -> HeaderMap {
    let mut headers = genuine_set("svix");
    for line in lines {
        append(&mut headers, NAME, line);
    }
    headers
}

fn answer(tokens: &[&str], lines: &[&[u8]]) -> Result<(), RejectionKind> {
    let headers = with_lines(lines);
    let checked = receiver(tokens).check_head(&headers).map(drop);
    checked.map_err(|rejection| rejection.kind())
}

fn mistake(name: &str, tokens: &[&str]) -> ConfigErrorKind {
    let built = Receiver::builder([SECRET])
        .header_token(name, tokens)
        .build();
    built.unwrap_err().kind()
}

#[test]
fn the_token_is_accepted_and_any_other_value_is_not() {
    assert_eq!(answer(&[TOKEN], &[TOKEN.as_bytes()]), Ok(()));
    let prefix = &TOKEN[..TOKEN.len() - 1];
    let longer = format!("{TOKEN}!");
    let upper = TOKEN.to_uppercase();
    for wrong in [prefix, &longer, &upper, "", "x"] {
        let refused = answer(&[TOKEN], &[wrong.as_bytes()]);
        assert_eq!(refused, Err(RejectionKind::HeaderTokenMismatch), "{wrong}");
    }
}

#[test]
fn every_changed_bit_of_the_token_is_refused() {
    for bit in 0..TOKEN.len() * 8 {
        let mut changed = TOKEN.as_bytes().to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        if http::HeaderValue::from_bytes(&changed).is_ok() {
            let refused = answer(&[TOKEN], &[&changed]);
            assert_eq!(refused, Err(RejectionKind::HeaderTokenMismatch), "{bit}");
        }
    }
}

#[test]
fn a_missing_token_is_told_from_a_wrong_one() {
    assert_eq!(
        answer(&[TOKEN], &[]),
        Err(RejectionKind::HeaderTokenMissing)
    );
}

#[test]
fn either_token_is_accepted_while_one_is_rotated() {
    for token in ["old-token", "new-token"] {
        assert_eq!(
            answer(&["old-token", "new-token"], &[token.as_bytes()]),
            Ok(())
        );
    }
}

#[test]
fn a_token_that_is_given_twice_counts_once() {
    assert_eq!(answer(&[TOKEN, TOKEN], &[TOKEN.as_bytes()]), Ok(()));
}

#[test]
fn several_lines_have_to_be_accepted_every_one() {
    let token = TOKEN.as_bytes();
    assert_eq!(answer(&[TOKEN], &[token, token]), Ok(()));
    for lines in [[token, b"wrong"], [b"wrong", token]] {
        let refused = answer(&[TOKEN], &lines);
        assert_eq!(refused, Err(RejectionKind::HeaderTokenMismatch));
    }
}

#[test]
fn a_token_that_is_not_ascii_is_compared_as_bytes() {
    assert_eq!(
        answer(&["förhandsgranskning"], &["förhandsgranskning".as_bytes()]),
        Ok(())
    );
}

#[test]
fn white_space_at_the_ends_of_a_configured_token_is_dropped_as_http_does() {
    assert_eq!(answer(&["  secret\n"], &[b"secret"]), Ok(()));
}

#[test]
fn a_token_that_could_never_match_is_a_configuration_error() {
    assert_eq!(mistake(NAME, &[]), ConfigErrorKind::NoHeaderToken);
    assert_eq!(
        mistake(NAME, &["a", " "]),
        ConfigErrorKind::EmptyHeaderToken
    );
    assert_eq!(
        mistake("x token", &["a"]),
        ConfigErrorKind::InvalidHeaderName
    );
    assert_eq!(mistake("", &["a"]), ConfigErrorKind::InvalidHeaderName);
}

#[test]
fn debug_shows_no_token() {
    let builder = Receiver::builder([SECRET]).header_token(NAME, [TOKEN]);
    let shown = format!("{builder:?} {:?}", receiver(&[TOKEN]));
    assert!(!shown.contains("horse"), "{shown}");
}

#[test]
fn the_headers_that_carry_tokens_are_named_whether_or_not_a_request_has_them() {
    let names = |builder: ReceiverBuilder| {
        let nothing = HeaderMap::new();
        builder.build().unwrap().token_headers(&(&nothing).into())
    };
    let signed = || Receiver::builder([SECRET]);
    assert_eq!(names(signed()), [""; 0]);
    assert_eq!(names(signed().header_token("x-token", ["t"])), ["x-token"]);
    let unsigned = || {
        Receiver::builder("a token")
            .scheme(provider::gitlab_token_unsigned())
            .danger_accept_replays()
    };
    assert_eq!(names(unsigned()), ["x-gitlab-token"]);
    let both = unsigned().header_token("x-token", ["t"]);
    assert_eq!(names(both), ["x-token", "x-gitlab-token"]);
}
