//! Arbitrary lists of signatures, against a model that knows the genuine ones.
//!
//! In the input the bytes 1 to 4 stand for what only keys can make: the tags of the first and the second secret, the Ed25519
//! signature, the tag of a stranger.

#![no_main]

use std::sync::LazyLock;

use allocation_counter::measure;
use arbitrary::Arbitrary;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use tower_webhook::{Receiver, RejectionKind, scheme::VerificationKey};
use tower_webhook_fuzz::{
    endpoint::{NOW, SECRET},
    model::signature_list::{Entry, entries, is_too_long},
    sender::{ID, KNOWN, STRANGER, Sender},
    text,
};

const BODY: &[u8] = br#"{"test": 2432232314}"#;
const OLD_SECRET: &[u8] = b"the secret before the rotation";
/// As many as senders sign with; the body is hashed for each.
const MAX_ED25519_ENTRIES: usize = 11;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    /// Where a bit of the header is flipped, and which.
    flip: Option<(u16, u8)>,
    list: &'a [u8],
}

struct Genuine {
    receiver: Receiver,
    hmac_sha256: [String; 2],
    ed25519: String,
    foreign: String,
    public_key: Vec<u8>,
    signed: Vec<u8>,
}

static GENUINE: LazyLock<Genuine> = LazyLock::new(|| {
    let timestamp = NOW.to_string();
    let signed = [ID.as_bytes(), timestamp.as_bytes(), BODY].join(&b'.');
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a seed");
    let public_key = pair.public_key().as_ref().to_vec();
    let whpk = format!("whpk_{}", STANDARD.encode(&public_key));
    let old = format!("whsec_{}", STANDARD.encode(OLD_SECRET));
    let keys = [SECRET, &old, &whpk].map(|key| VerificationKey::parse(key).expect("a key"));
    let entry = |sender: &Sender| sender.entry(ID.as_bytes(), timestamp.as_bytes(), BODY);
    Genuine {
        receiver: Receiver::builder(keys)
            .clock(|| std::time::Duration::from_secs(NOW))
            .build()
            .expect("a configuration"),
        hmac_sha256: [entry(&KNOWN), entry(&Sender::new(OLD_SECRET))],
        ed25519: STANDARD.encode(pair.sign(&signed)),
        foreign: entry(&STRANGER),
        public_key,
        signed,
    }
});

fuzz_target!(init: LazyLock::force(&GENUINE), |input: Input<'_>| {
    let mut list = written_out(input.list);
    if let Some((at, bit)) = input.flip
        && let Some(byte) = list.get_mut(usize::from(at))
    {
        *byte ^= 1 << (bit % 8);
    }
    let name = HeaderName::from_static("svix-signature");
    let mut headers = text::header_lines(&name, &list);
    if headers.is_empty() {
        return;
    }
    headers.insert("svix-id", HeaderValue::from_static(ID));
    headers.insert("svix-timestamp", HeaderValue::from(NOW));

    let mut got = Ok(());
    let allocations = measure(|| got = verdict(&headers));

    let lines: Vec<_> = headers
        .get_all(name)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    let is_ed25519_entry = |entry: &Entry<'_>| matches!(entry, Entry::Ed25519(_));
    // Beyond two of the right length, the decoded tags are kept on the heap.
    let is_hmac_entry = |entry: &&Entry<'_>| matches!(entry, Entry::HmacSha256(_));
    let hmac_entries = entries(&lines).iter().filter(is_hmac_entry).count();
    if hmac_entries <= 2 && !entries(&lines).iter().any(is_ed25519_entry) {
        assert_eq!(allocations.count_total, 0);
    }
    // At most 64 of them, which double four times.
    assert!(allocations.bytes_total < 64 * 1024);
    let expected = match entries(&lines) {
        _ if is_too_long(&lines) => Err(RejectionKind::SignatureListTooLong),
        entries if has_genuine(&entries) => Ok(()),
        _ => Err(RejectionKind::SignatureMismatch),
    };
    assert_eq!(got, expected);
});

fn verdict(headers: &HeaderMap) -> Result<(), RejectionKind> {
    let head = GENUINE.receiver.check_head(headers);
    let verified = head.and_then(|head| head.check_signature(BODY));
    verified.map(drop).map_err(|rejection| rejection.kind())
}

fn written_out(list: &[u8]) -> Vec<u8> {
    let tag = |entry: &'static str| entry.as_bytes().get(3..).unwrap_or_default();
    let mut written = Vec::new();
    for byte in list {
        match byte {
            1 => written.extend_from_slice(tag(&GENUINE.hmac_sha256[0])),
            2 => written.extend_from_slice(tag(&GENUINE.hmac_sha256[1])),
            3 => written.extend_from_slice(GENUINE.ed25519.as_bytes()),
            4 => written.extend_from_slice(tag(&GENUINE.foreign)),
            other => written.push(*other),
        }
    }
    written
}

fn has_genuine(entries: &[Entry<'_>]) -> bool {
    let is_hmac_sha256 = |encoded: &[u8]| {
        let mut genuine = GENUINE.hmac_sha256.iter();
        genuine.any(|genuine| genuine.as_bytes().strip_prefix(b"v1,") == Some(encoded))
    };
    let mut ed25519 = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Ed25519(encoded) => Some(*encoded),
            _ => None,
        })
        // What is empty, too long to be a signature, or not base64, is not counted among those that are verified.
        .filter(|encoded| {
            STANDARD
                .decode(encoded)
                .is_ok_and(|bytes| (1..=72).contains(&bytes.len()))
        })
        .take(MAX_ED25519_ENTRIES);
    let mut hmac_sha256 = entries.iter().filter_map(|entry| match entry {
        Entry::HmacSha256(encoded) => Some(*encoded),
        _ => None,
    });
    hmac_sha256.any(is_hmac_sha256) || ed25519.any(is_ed25519)
}

fn is_ed25519(encoded: &[u8]) -> bool {
    let key = UnparsedPublicKey::new(&ED25519, &GENUINE.public_key);
    let signature = STANDARD.decode(encoded).unwrap_or_default();
    key.verify(&GENUINE.signed, &signature).is_ok()
}
