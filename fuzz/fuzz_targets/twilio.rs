//! Twilio's forms and JSON: accepted if and only if what is signed is what was signed.

#![no_main]

use std::collections::{BTreeMap, BTreeSet};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use ring::hmac;
use tower_webhook::{RejectionKind, provider};
use tower_webhook_fuzz::request::{Damage, SECRET, Sent, base64, hex, sha256};

const URL: &str = "https://example.com/hooks";
const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    is_form: bool,
    damage: Damage,
    body: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let mut sent = Sent::new(input.body);
    let text = if input.is_form {
        sent.set("content-type", FORM);
        format!("{URL}{}", fields(input.body))
    } else {
        sent.query = format!("bodySHA256={}", hex(&sha256(input.body)));
        format!("{URL}?{}", sent.query)
    };
    sent.set("x-twilio-signature", base64(&tag(&text)));
    let mut query_signed = sent.clone();
    if input.is_form {
        // The query of a request counts, where it has one: a form has none here.
        query_signed.query.clear();
    }
    assert_eq!(
        query_signed.verdict(provider::twilio(URL), SECRET),
        expected(&query_signed, &text)
    );

    if let Some(damaged) = query_signed.damaged(input.damage) {
        assert_eq!(
            damaged.verdict(provider::twilio(URL), SECRET),
            expected(&damaged, &text)
        );
    }
});

/// Accepted if the signature is that of the text that was signed, and the request says that text.
fn expected(sent: &Sent, signed: &str) -> Result<(), RejectionKind> {
    let content_type = sent
        .headers
        .get("content-type")
        .map(|value| value.as_bytes());
    let is_form = content_type.is_some_and(|value| {
        let end = value
            .iter()
            .position(|byte| *byte == b';')
            .unwrap_or(value.len());
        value[..end]
            .trim_ascii()
            .eq_ignore_ascii_case(FORM.as_bytes())
    });
    let says = if is_form {
        // A form whose URL has an empty query may be signed with the question mark.
        let fields = fields(&sent.body);
        [
            format!("{URL}{fields}"),
            format!("{URL}?{}{fields}", sent.query),
        ]
        .contains(&signed.to_owned())
    } else {
        signed == format!("{URL}?bodySHA256={}", hex(&sha256(&sent.body)))
            && signed.ends_with(&sent.query)
    };
    let has_signature = sent.headers["x-twilio-signature"] == base64(&tag(signed));
    if says && has_signature {
        Ok(())
    } else {
        Err(RejectionKind::SignatureMismatch)
    }
}

fn tag(text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, SECRET.as_bytes());
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}

/// Each name with each of its values, in the order of both.
fn fields(body: &[u8]) -> String {
    let mut sorted = BTreeMap::<_, BTreeSet<_>>::new();
    for (name, value) in form_urlencoded::parse(body).into_owned() {
        sorted.entry(name).or_default().insert(value);
    }
    let mut text = String::new();
    for (name, values) in &sorted {
        for value in values {
            text.extend([name.as_str(), value]);
        }
    }
    text
}
