//! What a careful developer writes by hand: correct, with the parts of RustCrypto, and nothing measured.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;

const TOLERANCE_SECONDS: u64 = 300;

#[derive(Clone)]
pub struct Verifier {
    key: Vec<u8>,
}

impl Verifier {
    pub fn new(secret: &str) -> Self {
        let encoded = secret.trim_start_matches("whsec_");
        Self {
            key: STANDARD.decode(encoded).expect("base64"),
        }
    }

    /// Whether the head alone is in order.
    pub fn accepts_head(headers: &HeaderMap) -> bool {
        signature_headers(headers).is_some_and(|(_, timestamp, _)| is_fresh(timestamp))
    }

    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let Some((id, timestamp, signatures)) = signature_headers(headers) else {
            return false;
        };
        if !is_fresh(timestamp) {
            return false;
        }
        let mac = Hmac::<Sha256>::new_from_slice(&self.key)
            .expect("HMAC takes a key of any length")
            .chain_update(format!("{id}.{timestamp}."))
            .chain_update(body);
        signatures
            .split(' ')
            .filter_map(|entry| entry.strip_prefix("v1,"))
            .filter_map(|encoded| STANDARD.decode(encoded).ok())
            .any(|tag| mac.clone().verify_slice(&tag).is_ok())
    }
}

fn signature_headers(headers: &HeaderMap) -> Option<(&str, &str, &str)> {
    let value = |name| headers.get(name)?.to_str().ok();
    Some((
        value("svix-id")?,
        value("svix-timestamp")?,
        value("svix-signature")?,
    ))
}

fn is_fresh(timestamp: &str) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs());
    timestamp
        .parse::<u64>()
        .is_ok_and(|signed| signed.abs_diff(now) <= TOLERANCE_SECONDS)
}
