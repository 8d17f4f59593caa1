//! Checking head and signature allocates nothing with the presets of shared secrets either.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri};
use tower_webhook::{
    Receiver, Timestamp,
    provider::{KeyKind, Preset, PresetSettings, presets},
    testing::Signer,
};

use crate::support::{BODY, ID, NOW};

/// Can be read as text, as hexadecimal digits and as base64: each sender has its own form.
const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const PUBLIC_URL: &str = "https://shop.example/webhooks";
/// Described by code and not by data, since the signature covers more than texts of the head around the body: the state of
/// each request is in a box.
const BOXED: [&str; 6] = [
    "adyen",
    "contentful",
    "mailgun",
    "twilio",
    "vipps",
    "zettle",
];

/// How often one genuine request allocates; `None` for a scheme that cannot sign.
fn allocations(preset: &Preset) -> Option<u64> {
    let settings = PresetSettings::new().with_public_url(PUBLIC_URL);
    let scheme = preset.scheme(&settings).unwrap();
    let key = match preset.key_kind() {
        KeyKind::SecretWithKeyId => format!("first={KEY}"),
        _ => KEY.to_owned(),
    };
    let now = Timestamp::from_unix_seconds(NOW);
    let mut request = Request::new(Bytes::from_static(BODY.as_bytes()));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = Uri::from_static(PUBLIC_URL);
    Signer::for_scheme(scheme.clone(), key.as_str())
        .unwrap()
        .sign(&mut request, ID, now)
        .ok()?;
    let receiver = Receiver::builder(key.as_str())
        .scheme(scheme)
        .clock(|| Duration::from_secs(NOW))
        .build()
        .unwrap();
    let (head, body) = request.into_parts();
    let mut verdict = None;
    let measured = allocation_counter::measure(|| {
        let head = receiver.check_head(&head);
        verdict = Some(head.and_then(|head| head.check_signature(body)).map(drop));
    });
    if let Err(rejection) = verdict.unwrap() {
        panic!("{}: {rejection}", preset.slug());
    }
    Some(measured.count_total)
}

#[test]
fn a_preset_of_a_shared_secret_allocates_nothing_unless_its_scheme_is_code() {
    let of_secrets = presets().iter().filter(|preset| {
        let kind = preset.key_kind();
        matches!(kind, KeyKind::Secret | KeyKind::SecretWithKeyId)
    });
    let mut tried = 0;
    for preset in of_secrets {
        if let Some(count) = allocations(preset) {
            tried += 1;
            let is_boxed = BOXED.contains(&preset.slug());
            assert_eq!(count > 0, is_boxed, "{}: {count}", preset.slug());
        }
    }
    assert!(tried > 40, "{tried}");
}
