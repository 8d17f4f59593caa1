//! The senders, and what they send: a delivery's number says all of it, so that nothing of it has to be kept.

use std::{sync::Arc, time::SystemTime};

use bytes::Bytes;
use http::Request;
use serde::Deserialize;
use tower_webhook::{
    Timestamp,
    provider::{github, standard_webhooks, stripe},
    scheme::Scheme,
    testing::Signer,
};

use crate::{deliveries::Delivery, receiver::SECRET};

const FORGED_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
/// From here on, numbers are those of deliveries that must never be forwarded: forged, damaged, or never sent to their end.
pub(super) const UNWANTED: u64 = 1 << 48;
const NOTE_BYTES: usize = 200;
/// Every hundredth is large.
const LARGE_NOTE_BYTES: usize = 16 * 1024;

/// A sender, which signs by a scheme of its own, and a stranger who would like to be it.
pub(super) struct Sender {
    pub(super) name: &'static str,
    /// The value of `PROVIDER`.
    pub(super) slug: &'static str,
    genuine: Signer,
    stranger: Signer,
}

/// What every body has.
#[derive(Deserialize)]
struct Numbered<'a> {
    id: &'a str,
}

impl Sender {
    pub(super) fn all() -> [Arc<Self>; 3] {
        [
            Self::new("Voyado", "", standard_webhooks),
            Self::new("GitHub", "github", github),
            Self::new("Stripe", "stripe", stripe),
        ]
    }

    fn new(name: &'static str, slug: &'static str, scheme: fn() -> Scheme) -> Arc<Self> {
        let signer = |secret| Signer::for_scheme(scheme(), secret).expect("a secret");
        Arc::new(Self {
            name,
            slug,
            genuine: signer(SECRET),
            stranger: signer(FORGED_SECRET),
        })
    }

    /// As the sender sends it now: signed anew each time, with the same id.
    pub(super) fn genuine(&self, number: u64) -> Delivery {
        signed(&self.genuine, number, body(number))
    }

    pub(super) fn forged(&self, number: u64) -> Delivery {
        signed(&self.stranger, number, body(number))
    }

    /// A genuine one whose body was changed.
    pub(super) fn tampered(&self, number: u64) -> Delivery {
        let genuine = self.genuine(number);
        Delivery {
            body: [&*genuine.body, b" "].concat().into(),
            ..genuine
        }
    }
}

/// The number of a delivery with this body, if it is as it was sent.
pub(super) fn number_of(received: &[u8]) -> Option<u64> {
    let Numbered { id } = serde_json::from_slice(received).ok()?;
    let number = id.strip_prefix("evt_")?.parse().ok()?;
    (body(number) == received).then_some(number)
}

/// How many bytes the bodies of the first `count` deliveries have.
pub(super) fn body_bytes_until(count: u64) -> u64 {
    let bytes: usize = (0..count).map(|number| body(number).len()).sum();
    u64::try_from(bytes).expect("a number")
}

/// All three senders have a member `id` and some type; the other members are Voyado's.
fn body(number: u64) -> Bytes {
    let note_bytes = if number % 100 == 99 {
        LARGE_NOTE_BYTES
    } else {
        NOTE_BYTES
    };
    let note = "n".repeat(note_bytes);
    let body = format!(
        r#"{{"id":"evt_{number}","type":"load.tested","eventType":"load.tested","isEncrypted":false,"payload":{{"note":"{note}"}},"tenant":"load.example"}}"#
    );
    body.into()
}

fn signed(signer: &Signer, number: u64, body: Bytes) -> Delivery {
    let id = format!("evt_{number}");
    let mut request = Request::post("/").body(body).expect("a request");
    let now = Timestamp::from(SystemTime::now());
    signer
        .sign(&mut request, &id, now)
        .expect("a scheme that can sign");
    let (head, body) = request.into_parts();
    Delivery {
        id,
        headers: head.headers,
        body,
        // Nothing is printed.
        event: None,
    }
}
