//! Contentful: what its rule signs is accepted, with any headers among those that are signed, and nothing else of it.

#![no_main]

use arbitrary::Arbitrary;
use http::HeaderValue;
use libfuzzer_sys::fuzz_target;
use tower_webhook::provider;
use tower_webhook_fuzz::{
    endpoint::NOW,
    request::{Damage, SECRET, Sent, hex, hmac_sha256},
};

const NAMES: &str = "x-contentful-signed-headers,X-Contentful-Timestamp, content-type";

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    damage: Damage,
    content_type: &'a str,
    body: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let scheme = || provider::contentful("https://example.com/hooks?a=1");
    if HeaderValue::from_bytes(input.content_type.as_bytes()).is_err() {
        return;
    }
    let value = input.content_type.as_bytes().trim_ascii();
    let time = format!("{NOW}999");
    let before = format!(
        "POST\n/hooks?a=1\nx-contentful-signed-headers:{NAMES};x-contentful-timestamp:{time};content-type:"
    );
    let signed = [before.as_bytes(), value, b"\n", input.body].concat();
    let mut sent = Sent::new(input.body);
    sent.set("x-contentful-signed-headers", NAMES);
    sent.set("x-contentful-timestamp", &time);
    sent.set("content-type", input.content_type);
    sent.set("x-contentful-signature", hex(&hmac_sha256(&signed)));
    assert_eq!(sent.verdict(scheme(), SECRET), Ok(()));
    if let Some(damaged) = sent.damaged(input.damage) {
        // The digits of the signature may be in either case, and white space at an end is not signed.
        let same = |name: &str| {
            let [one, other] =
                [&sent, &damaged].map(|sent| sent.headers[name].as_bytes().trim_ascii());
            one.eq_ignore_ascii_case(other) && (name == "x-contentful-signature" || one == other)
        };
        let is_the_same =
            sent.headers.keys().all(|name| same(name.as_str())) && sent.body == damaged.body;
        assert_eq!(
            damaged.verdict(scheme(), SECRET).is_ok(),
            is_the_same,
            "{damaged:?}"
        );
    }
});
