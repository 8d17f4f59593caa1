//! Vipps MobilePay: what its rule signs is accepted, and nothing else of it.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use tower_webhook::provider;
use tower_webhook_fuzz::request::{Damage, SECRET, Sent, base64, hmac_sha256, sha256};

/// At the endpoint's time.
const DATE: &str = "Thu, 25 Feb 2021 15:02:10 GMT";

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    damage: Damage,
    body: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let scheme = || provider::vipps("https://example.com/hooks?a=1");
    let hash = base64(&sha256(input.body));
    let signed = format!("POST\n/hooks?a=1\n{DATE};example.com;{hash}");
    let signature = base64(&hmac_sha256(signed.as_bytes()));
    let mut sent = Sent::new(input.body);
    sent.set("x-ms-date", DATE);
    sent.set("x-ms-content-sha256", &hash);
    sent.set(
        "authorization",
        format!(
            "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={signature}"
        ),
    );
    assert_eq!(sent.verdict(scheme(), SECRET), Ok(()));
    if let Some(damaged) = sent.damaged(input.damage) {
        assert!(damaged.verdict(scheme(), SECRET).is_err(), "{damaged:?}");
    }
});
