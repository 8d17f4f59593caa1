//! What is sent: no two deliveries are alike.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::SystemTime,
};

use bytes::Bytes;
use http::HeaderMap;
use tower_webhook::{
    Timestamp,
    decrypt::Aes256Cbc,
    testing::{Signer, sealed_envelope},
};

use crate::receiver::{KEY, SECRET};

const FORGED_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// A signed request.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What is printed of it; nothing if it is forged.
    pub(crate) event: Option<String>,
}

/// Makes deliveries, from several tasks at a time.
pub(crate) struct Deliveries {
    sender: Signer,
    stranger: Signer,
    key: Aes256Cbc,
    made: AtomicU64,
}

impl Deliveries {
    pub(crate) fn new() -> Self {
        Self {
            sender: Signer::new(SECRET).expect("a secret"),
            stranger: Signer::new(FORGED_SECRET).expect("a secret"),
            key: Aes256Cbc::new(KEY).expect("a key"),
            made: AtomicU64::new(0),
        }
    }

    /// Mostly small ones; a third is encrypted, a sixth forged, a tenth large.
    pub(crate) fn mixed(&self) -> Delivery {
        let number = self.number();
        match number % 30 {
            0 => self.plain(number, 256 * 1024),
            1 => self.encrypted(number, 128 * 1024),
            2 => self.forged(number, 64 * 1024),
            3..=5 => self.forged(number, 200),
            6 => self.tampered(number, 200),
            7..=15 => self.encrypted(number, 200),
            _ => self.plain(number, 200),
        }
    }

    /// A small one that is genuine.
    pub(crate) fn genuine(&self) -> Delivery {
        self.plain(self.number(), 200)
    }

    /// One that is signed by a stranger.
    pub(crate) fn by_stranger(&self, note_bytes: usize) -> Delivery {
        self.forged(self.number(), note_bytes)
    }

    /// A genuine one whose body has exactly this many bytes.
    pub(crate) fn of_size(&self, body_bytes: usize) -> Delivery {
        let number = self.number();
        let rest = envelope(number, &event(number, 0)).len();
        let delivery = self.plain(number, body_bytes - rest);
        assert_eq!(delivery.body.len(), body_bytes);
        delivery
    }

    fn number(&self) -> u64 {
        self.made.fetch_add(1, Ordering::Relaxed)
    }

    fn plain(&self, number: u64, note_bytes: usize) -> Delivery {
        let event = event(number, note_bytes);
        let body = envelope(number, &event);
        signed(&self.sender, number, body, Some(event))
    }

    fn encrypted(&self, number: u64, note_bytes: usize) -> Delivery {
        let event = event(number, note_bytes);
        let initialisation_vector = u128::from(number).to_be_bytes();
        let body = sealed_envelope(&envelope(number, &event), |payload| {
            self.key.seal(payload, initialisation_vector)
        });
        let body = body.expect("an envelope has a payload");
        signed(&self.sender, number, body, Some(event))
    }

    fn forged(&self, number: u64, note_bytes: usize) -> Delivery {
        let body = envelope(number, &event(number, note_bytes));
        signed(&self.stranger, number, body, None)
    }

    fn tampered(&self, number: u64, note_bytes: usize) -> Delivery {
        let genuine = self.plain(number, note_bytes);
        let mut body = Vec::from(genuine.body);
        body.push(b' ');
        Delivery {
            body: body.into(),
            event: None,
            ..genuine
        }
    }
}

/// Every second one is of a type that the receiver knows.
fn envelope(number: u64, event: &str) -> String {
    let event_type = ["contact.updated", "load.tested"][usize::from(number % 2 == 1)];
    format!(
        r#"{{"eventType":"{event_type}","id":"evt_{number}","isEncrypted":false,"payload":{event},"tenant":"load.example"}}"#
    )
}

fn event(number: u64, note_bytes: usize) -> String {
    let note = "n".repeat(note_bytes);
    format!(r#"{{"contactId":"contact {number}","note":"{note}"}}"#)
}

fn signed(signer: &Signer, number: u64, body: String, event: Option<String>) -> Delivery {
    let id = format!("msg_{number}");
    let body = Bytes::from(body);
    let request = signer.request(&id, Timestamp::from(SystemTime::now()), body.clone());
    Delivery {
        headers: request.headers().clone(),
        id,
        body,
        event,
    }
}
