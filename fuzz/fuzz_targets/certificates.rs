//! PayPal and AWS SNS, signed by `ring` with the key of a certificate: what their rules sign is accepted, and nothing else of it.

#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use ring::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use serde_json::json;
use tower_webhook::provider;
use tower_webhook_fuzz::request::{Damage, Sent, base64};

const CERTIFICATE: &str = include_str!("../keys/certificate.pem");
/// At the endpoint's time.
const TIME: &str = "2021-02-25T15:02:10Z";

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    damage: Damage,
    id: &'a str,
    subject: Option<&'a str>,
    text: &'a str,
}

static PAIR: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::from_pkcs8(include_bytes!("../keys/rsa.pk8")).expect("a key"));

fuzz_target!(init: LazyLock::force(&PAIR), |input: Input<'_>| {
    paypal(&input);
    sns(&input);
});

fn paypal(input: &Input<'_>) {
    let scheme = || provider::paypal("WH-1");
    let crc = crc32(input.text.as_bytes());
    let signed = format!("id-1|{TIME}|WH-1|{crc}");
    let mut sent = Sent::new(input.text);
    sent.set("paypal-transmission-id", "id-1");
    sent.set("paypal-transmission-time", TIME);
    sent.set("paypal-transmission-sig", sign(&signed));
    sent.set("paypal-auth-algo", "SHA256withRSA");
    assert_eq!(sent.verdict(scheme(), CERTIFICATE), Ok(()));
    if let Some(damaged) = sent.damaged(input.damage) {
        assert!(
            damaged.verdict(scheme(), CERTIFICATE).is_err(),
            "{damaged:?}"
        );
    }
}

fn sns(input: &Input<'_>) {
    let mut signed = format!("Message\n{}\nMessageId\n{}\n", input.text, input.id);
    if let Some(subject) = input.subject {
        signed += &format!("Subject\n{subject}\n");
    }
    signed += &format!("Timestamp\n{TIME}\nTopicArn\narn:aws:sns:1\nType\nNotification\n");
    let mut body = json!({
        "Type": "Notification",
        "Message": input.text,
        "MessageId": input.id,
        "Timestamp": TIME,
        "TopicArn": "arn:aws:sns:1",
        "SignatureVersion": "2",
        "Signature": sign(&signed),
        "SigningCertURL": "https://sns.eu-north-1.amazonaws.com/a.pem",
    });
    if let Some(subject) = input.subject {
        body["Subject"] = subject.into();
    }
    let verdict = |body: &serde_json::Value| {
        Sent::new(body.to_string()).verdict(provider::aws_sns(), CERTIFICATE)
    };
    assert_eq!(verdict(&body), Ok(()));
    for name in ["Message", "MessageId", "Timestamp", "TopicArn"] {
        let mut other = body.clone();
        other[name] = format!("{}x", body[name].as_str().expect("a text")).into();
        assert!(verdict(&other).is_err(), "{other}");
    }
    for (name, value) in [
        (
            "SigningCertURL",
            "https://sns.eu-north-1.amazonaws.com.example/a.pem",
        ),
        ("SignatureVersion", "1"),
        ("Type", "SubscriptionConfirmation"),
    ] {
        let mut other = body.clone();
        other[name] = value.into();
        assert!(verdict(&other).is_err(), "{other}");
    }
}

fn sign(text: &str) -> String {
    let mut signature = vec![0; PAIR.public().modulus_len()];
    let signed = PAIR.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signature,
    );
    signed.expect("a signature");
    base64(&signature)
}

/// CRC-32 as ISO-HDLC has it, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |mut crc, byte| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ 0xedb8_8320 & (crc & 1).wrapping_neg();
        }
        crc
    })
}
