//! Checking head and signature of a body that is there, beside the floor: a keyed HMAC-SHA256 state, cloned, fed and
//! compared. No verifier can do less.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tower_webhook::{Receiver, scheme::HeaderFamily};

use crate::{
    Case,
    genuine::{ID, OLD_SECRETS, SECRET, body, receiver, request, request_of},
    handwritten,
};

pub const SIZES: [usize; 5] = [256, 1024, 8 * 1024, 64 * 1024, 1024 * 1024];

pub fn cases() -> Vec<Case> {
    SIZES
        .into_iter()
        .flat_map(|bytes| {
            [
                floor(bytes),
                ours("ours", bytes, receiver()),
                ours("ours, three secrets", bytes, rotating()),
                svix(bytes),
                standardwebhooks(bytes),
                handwritten(bytes),
            ]
        })
        .collect()
}

fn floor(bytes: usize) -> Case {
    let key = STANDARD.decode(SECRET.trim_start_matches("whsec_"));
    let keyed = Hmac::<Sha256>::new_from_slice(&key.expect("base64")).expect("a key");
    let body = body(bytes);
    let prefix = format!("{ID}.{}.", crate::genuine::timestamp());
    let signed = |keyed: &Hmac<Sha256>| keyed.clone().chain_update(&prefix).chain_update(&body);
    let tag = signed(&keyed).finalize();
    Case::new("verify", "floor", bytes, {
        let (prefix, body) = (prefix.clone(), body.clone());
        move || {
            let mac = keyed.clone().chain_update(&prefix).chain_update(&body);
            assert!(mac.finalize() == tag);
        }
    })
}

fn ours(contender: &'static str, bytes: usize, receiver: Receiver) -> Case {
    let (parts, _) = request(body(bytes)).into_parts();
    let body = body(bytes);
    Case::new("verify", contender, bytes, move || {
        let head = receiver.check_head(&parts.headers);
        head.and_then(|head| head.check_signature(body.clone()))
            .expect("a genuine delivery")
    })
}

fn rotating() -> Receiver {
    let [older, old] = OLD_SECRETS;
    Receiver::builder([SECRET, old, older])
        .max_body_bytes(2 * 1024 * 1024)
        .build()
        .expect("a configuration")
}

fn svix(bytes: usize) -> Case {
    let webhook = svix::webhooks::Webhook::new(SECRET).expect("a secret");
    let (parts, _) = request(body(bytes)).into_parts();
    let body = body(bytes);
    Case::new("verify", "svix", bytes, move || {
        let verified = webhook.verify(&body, &parts.headers);
        verified.expect("a genuine delivery");
    })
}

fn standardwebhooks(bytes: usize) -> Case {
    let webhook = standardwebhooks::Webhook::new(SECRET).expect("a secret");
    let (parts, _) = request_of(HeaderFamily::Webhook, body(bytes)).into_parts();
    let body = body(bytes);
    Case::new("verify", "standardwebhooks", bytes, move || {
        let verified = webhook.verify(&body, &parts.headers);
        verified.expect("a genuine delivery");
    })
}

fn handwritten(bytes: usize) -> Case {
    let (parts, _) = request(body(bytes)).into_parts();
    let body = body(bytes);
    let verifier = handwritten::Verifier::new(SECRET);
    Case::new("verify", "handwritten", bytes, move || {
        assert!(verifier.verify(&parts.headers, &body));
    })
}
