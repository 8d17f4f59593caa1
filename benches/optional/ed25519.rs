//! The layer with the signatures `v1a` of Standard Webhooks, which are Ed25519.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tower_webhook::{Receiver, Timestamp, testing::Signer};

use benches::{Case, layer::after_the_last_frame};

/// The first pair of keys in RFC 8032, section 7.1.
const PRIVATE_KEY: &str = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const PUBLIC_KEY: &str = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

pub(crate) fn cases() -> Vec<Case> {
    let receiver = Receiver::builder([PUBLIC_KEY])
        .max_body_bytes(2 * 1024 * 1024)
        .build()
        .expect("a configuration");
    after_the_last_frame("layer, Ed25519", &receiver, signed).into()
}

fn signed(body: Bytes) -> Request<Full<Bytes>> {
    let signer = Signer::new(PRIVATE_KEY).expect("a private key");
    signer.request("msg_1", Timestamp::now(), body)
}
