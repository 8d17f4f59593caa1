//! What a sender signs. It is not told by a scheme, so what any of them signs is tried until the signature is right.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderMap;
use sha2::{Digest, Sha256};

use super::sample::{HOST, ID, NOW, PATH, Sample, URL};

/// What of the body is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Covers {
    Body,
    Digest,
    Members,
}

pub(super) struct Signed {
    pub(super) covers: Covers,
    pub(super) text: Vec<u8>,
}

impl Signed {
    fn new(covers: Covers, parts: &[&[u8]]) -> Self {
        Self {
            covers,
            text: parts.concat(),
        }
    }
}

/// Everything that may be signed of a request.
pub(super) fn candidates(sample: &Sample) -> Vec<Signed> {
    let body = &*sample.body;
    let texts = texts(&sample.head.headers);
    let mut candidates = of_one_text(body);
    for one in &texts {
        candidates.extend(of_two_texts(one, body));
        for other in &texts {
            candidates.extend(of_three_texts(one, other, body));
        }
    }
    candidates
}

/// The values of the headers, and what they consist of, such as the `t=…` of a list.
pub(super) fn texts(headers: &HeaderMap) -> Vec<&[u8]> {
    let values = headers.values().map(http::HeaderValue::as_bytes);
    let mut texts: Vec<&[u8]> = values.collect();
    for at in 0..texts.len() {
        for item in texts[at].split(|byte| b",;& ".contains(byte)) {
            texts.push(item);
            texts.extend(item.splitn(2, |byte| *byte == b'=').nth(1));
        }
    }
    texts
}

fn of_one_text(body: &[u8]) -> Vec<Signed> {
    let digest = hex::encode(Sha256::digest(body));
    let url = format!("{URL}?bodySHA256={digest}");
    let [with_id, with_payload] = [format!("{NOW}{ID}"), format!("{NOW}.{{}}")];
    vec![
        Signed::new(Covers::Body, &[body]),
        Signed::new(Covers::Body, &[URL.as_bytes(), body]),
        // Twilio.
        Signed::new(Covers::Digest, &[url.as_bytes()]),
        // Mailgun, Zettle, Adyen.
        Signed::new(Covers::Members, &[with_id.as_bytes()]),
        Signed::new(Covers::Members, &[with_payload.as_bytes()]),
        Signed::new(Covers::Members, &[b":::::::"]),
    ]
}

fn of_two_texts(one: &[u8], body: &[u8]) -> [Signed; 6] {
    let signed = |parts: &[&[u8]]| Signed::new(Covers::Body, parts);
    [
        signed(&[one, body]),
        signed(&[one, b".", body]),
        signed(&[one, b":", body]),
        signed(&[b"v0:", one, b":", body]),
        signed(&[body, one]),
        signed(&[b"POST", URL.as_bytes(), body, one]),
    ]
}

fn of_three_texts(one: &[u8], other: &[u8], body: &[u8]) -> [Signed; 4] {
    let digest = STANDARD.encode(Sha256::digest(body));
    let line = [b"POST\n", PATH.as_bytes(), b"\n"].concat();
    let [names, time] = [
        b"x-contentful-signed-headers:".as_slice(),
        b";x-contentful-timestamp:",
    ];
    let host = format!(";{HOST};{digest}");
    [
        Signed::new(Covers::Body, &[one, other, body]),
        Signed::new(Covers::Body, &[one, b".", other, b".", body]),
        Signed::new(Covers::Body, &[&line, names, one, time, other, b"\n", body]),
        // Vipps.
        Signed::new(Covers::Digest, &[&line, one, host.as_bytes()]),
    ]
}
