//! A request of 1 KiB as a sender signs it.

use std::{
    hint::black_box,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{Method, Request, Uri, request::Parts};
use tower_webhook::{
    Receiver, Timestamp,
    provider::{KeyKind, Preset, PresetSettings},
    scheme::Scheme,
    testing::Signer,
};

/// Can be read as text, as hexadecimal digits and as base64: each sender has its own form.
pub(super) const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
pub(super) const URL: &str = "https://shop.example/webhooks";
pub(super) const HOST: &str = "shop.example";
pub(super) const PATH: &str = "/webhooks";
pub(super) const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
pub(super) const NOW: u64 = 1_700_000_000;
const BYTES: usize = 1024;

pub(super) struct Sample {
    pub(super) head: Parts,
    pub(super) body: Bytes,
}

impl Sample {
    pub(super) fn of(preset: &Preset) -> Self {
        let mut request = Request::new(order());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = Uri::from_static(URL);
        Signer::for_scheme(scheme(preset), &*key(preset))
            .expect("a key")
            .sign(&mut request, ID, Timestamp::from_unix_seconds(NOW))
            .expect("a scheme that can sign");
        let (head, body) = request.into_parts();
        Self { head, body }
    }

    pub(super) fn receiver(&self, preset: &Preset) -> Receiver {
        Receiver::builder(&*key(preset))
            .scheme(scheme(preset))
            .danger_accept_replays()
            .clock(standing_clock)
            .build()
            .expect("a configuration")
    }
}

/// Costs what the system's costs, but stands still: some senders' signatures are fresh for half a minute.
fn standing_clock() -> Duration {
    black_box(SystemTime::now());
    Duration::from_secs(NOW)
}

fn scheme(preset: &Preset) -> Scheme {
    let settings = PresetSettings::new().with_public_url(URL);
    preset.scheme(&settings).expect("settings")
}

fn key(preset: &Preset) -> String {
    match preset.key_kind() {
        KeyKind::SecretWithKeyId => format!("first={KEY}"),
        _ => KEY.to_owned(),
    }
}

/// JSON such as a shop sends. Some senders' id and time stand in it.
fn order() -> Bytes {
    let mut body = format!(
        r#"{{"id":"evt_1","webhookTimestamp":{NOW}000,"type":"order.paid","data":{{"items":["#
    );
    let item = r#"{"sku":"A-1042","quantity":1,"price":{"amount":"129.50","currency":"SEK"}}"#;
    let end = r#"],"note":""}}"#;
    while body.len() + item.len() + 1 + end.len() <= BYTES {
        body.push_str(item);
        body.push(',');
    }
    body.pop();
    let (before, after) = end.split_at(end.len() - 3);
    let padding = BYTES - body.len() - end.len();
    Bytes::from([&*body, before, &"x".repeat(padding), after].concat())
}
