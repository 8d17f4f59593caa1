//! Why was it rejected? Each cause is made as it happens in life, and has to be found by its name.

mod body;
mod forged;
mod head;
mod judged;
mod secret;

use http::request::Parts;
use tower_webhook::{
    Timestamp,
    receiver::explain::{Explainer, Explanation},
    scheme::{Scheme, standard_webhooks},
    testing::Signer,
};

const NOW: u64 = 1_700_000_000;
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &str = r#"{"type":"contact.created","data":{"name":"Åsa / Ben","amount":10.50,"tags":["a","b"],"html":"<b>&</b>"},"id":7}"#;

/// Three ways to sign: base64 keys and a list, a text key and hex, a text key and fields.
fn schemes() -> [(Scheme, &'static str); 3] {
    [
        (standard_webhooks(), SECRET),
        (
            tower_webhook::provider::github(),
            "It's a Secret to Everybody",
        ),
        (
            tower_webhook::provider::stripe(),
            "whsec_of_stripe_0123456789",
        ),
    ]
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(NOW)
}

fn head_of(scheme: &Scheme, secret: &str, body: &[u8]) -> Parts {
    let signer = Signer::for_scheme(scheme.clone(), secret).unwrap();
    let request = signer.request("msg_1", now(), body.to_vec());
    request.into_parts().0
}

fn explainer(scheme: &Scheme, secret: &str) -> Explainer {
    Explainer::new(scheme.clone()).secret(secret).at(now())
}

fn causes(explanation: &Explanation) -> Vec<&'static str> {
    let causes = explanation.causes().iter();
    causes.map(|cause| cause.kind().as_str()).collect()
}

/// The causes of a request that was signed over `sent` and arrived as `arrived`, by each scheme.
fn causes_of_body(sent: &[u8], arrived: &[u8]) -> Vec<Vec<&'static str>> {
    let judge = |(scheme, secret): (Scheme, &str)| {
        let head = head_of(&scheme, secret, sent);
        let explanation = explainer(&scheme, secret).explain(&head, arrived);
        let shown = format!(
            "{explanation} {explanation:?} {}",
            serde_json::to_string(&explanation).unwrap()
        );
        assert_tells_no_signature(&shown, &scheme, secret, arrived, &head);
        causes(&explanation)
    };
    schemes().map(judge).into()
}

/// What would be the right signature over what arrived is nowhere in what is shown, unless it came with the request. Without
/// its prefix, since that is no secret.
fn assert_tells_no_signature(
    shown: &str,
    scheme: &Scheme,
    secret: &str,
    arrived: &[u8],
    came: &Parts,
) {
    let right = head_of(scheme, secret, arrived);
    let mut compared = 0;
    for value in right.headers.values() {
        let value = value.to_str().unwrap();
        let came = came.headers.values().any(|other| other == value);
        // The end of a tag in hexadecimal digits or in base64.
        let Some(start) = value.len().checked_sub(40).filter(|_| !came) else {
            continue;
        };
        assert!(!shown.contains(&value[start..]), "{shown}");
        compared += 1;
    }
    let body = String::from_utf8_lossy(arrived);
    assert!(
        compared > 0 || right.headers == came.headers,
        "nothing was compared: {body}"
    );
}

fn each_is(expected: &[&'static str], sent: &[u8], arrived: &[u8]) {
    for causes in causes_of_body(sent, arrived) {
        assert_eq!(causes, expected, "{}", String::from_utf8_lossy(arrived));
    }
}

#[test]
fn what_is_genuine_has_no_cause() {
    each_is(&[], BODY.as_bytes(), BODY.as_bytes());
}
