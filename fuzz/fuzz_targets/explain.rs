//! Explanations of arbitrary requests: genuine ones are verified, what a stranger signed never is, and neither a secret nor the
//! right signature is shown.

#![no_main]

use arbitrary::Arbitrary;
use http::Request;
use libfuzzer_sys::fuzz_target;
use tower_webhook::{
    Timestamp,
    receiver::explain::{Explainer, Verdict},
    scheme::standard_webhooks,
};
use tower_webhook_fuzz::{
    endpoint::{NOW, SECRET},
    sender::{ID, KNOWN, STRANGER},
    text,
};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    signed_by: SignedBy,
    /// The body that was signed, if it is not the one that arrives.
    signed: Option<&'a [u8]>,
    /// Lines of a head, an empty one, a body.
    request: &'a [u8],
}

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
enum SignedBy {
    Nobody,
    Known,
    Stranger,
}

fuzz_target!(|input: Input<'_>| {
    let (head, body) = match input.request.windows(2).position(|pair| pair == b"\n\n") {
        Some(end) => (&input.request[..end], &input.request[end + 2..]),
        None => (&[][..], input.request),
    };
    let signed = input.signed.unwrap_or(body);
    let (mut parts, ()) = Request::post("/").body(()).expect("a request").into_parts();
    parts.headers = text::headers(head);
    let time = NOW.to_string();
    let genuine = KNOWN.entry(ID.as_bytes(), time.as_bytes(), body);
    if input.signed_by != SignedBy::Nobody {
        let sender = if input.signed_by == SignedBy::Known {
            &KNOWN
        } else {
            &STRANGER
        };
        let entry = sender.entry(ID.as_bytes(), time.as_bytes(), signed);
        for (name, value) in [
            ("svix-id", ID),
            ("svix-timestamp", &time),
            ("svix-signature", &entry),
        ] {
            parts
                .headers
                .insert(name, value.parse().expect("visible ASCII"));
        }
    }
    let explainer = Explainer::new(standard_webhooks())
        .secret(SECRET)
        .at(Timestamp::from_unix_seconds(NOW));
    let explanation = explainer.explain(&parts, body);
    match input.signed_by {
        SignedBy::Known if signed == body => assert_eq!(explanation.verdict(), Verdict::Verified),
        _ => assert_eq!(explanation.verdict(), Verdict::Rejected),
    }
    if input.signed_by == SignedBy::Stranger {
        let causes: Vec<_> = explanation
            .causes()
            .iter()
            .map(|cause| cause.kind().as_str())
            .collect();
        assert_eq!(causes, ["forged"]);
    }

    let shown = format!(
        "{explanation:?}\n{explanation}\n{}",
        serde_json::to_string(&explanation).expect("JSON")
    );
    // Unless the request shows it already.
    let request = String::from_utf8_lossy(input.request);
    for secret in [
        SECRET.trim_start_matches("whsec_"),
        genuine.trim_start_matches("v1,"),
    ] {
        let was_sent = request.contains(secret) || input.signed_by == SignedBy::Known;
        assert!(was_sent || !shown.contains(secret), "{shown}");
    }
});
