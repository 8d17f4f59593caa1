//! Adyen, Mailgun, Zettle: what their rules sign is accepted, with any data beside it, and no other text in its place; nothing
//! that nobody signed is.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use ring::hmac;
use serde_json::{Value, json};
use tower_webhook::{provider, scheme::Scheme};
use tower_webhook_fuzz::{
    endpoint::NOW,
    request::{SECRET, Sent, base64, hex, hmac_sha256},
};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    sender: Sender,
    signed: [&'a str; 3],
    unsigned: &'a str,
    /// Which of the signed texts is another in a second request.
    other: u8,
    raw: &'a [u8],
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Sender {
    Adyen,
    Mailgun,
    Zettle,
}

fuzz_target!(|input: Input<'_>| {
    let scheme = input.sender.scheme();
    assert!(
        Sent::new(input.raw)
            .verdict(scheme.clone(), SECRET)
            .is_err()
    );

    let genuine = input.sender.signed(input.signed, input.unsigned);
    assert_eq!(genuine.verdict(scheme.clone(), SECRET), Ok(()));
    // The same signature with other data beside it: it is not signed, as the documentation says.
    let beside = input.sender.body(
        input.signed,
        "other",
        &signature(&input.sender, input.signed),
    );
    let unsigned = Sent {
        body: beside.to_string().into(),
        ..genuine.clone()
    };
    assert_eq!(unsigned.verdict(scheme.clone(), SECRET), Ok(()));

    let mut other = input.signed;
    let text = format!("{}x", other[usize::from(input.other) % 3]);
    other[usize::from(input.other) % 3] = &text;
    if input.sender.text(other) != input.sender.text(input.signed) {
        let body = input.sender.body(
            other,
            input.unsigned,
            &signature(&input.sender, input.signed),
        );
        let forged = Sent {
            body: body.to_string().into(),
            ..genuine
        };
        assert!(forged.verdict(scheme, SECRET).is_err());
    }
});

fn signature(sender: &Sender, signed: [&str; 3]) -> String {
    let text = sender.text(signed);
    match sender {
        Sender::Adyen => {
            // The key is what the digits of the secret stand for.
            let key = hmac::Key::new(hmac::HMAC_SHA256, b"abcdefghabcdefghabcdefghabcdefgh");
            base64(hmac::sign(&key, text.as_bytes()).as_ref())
        }
        Sender::Mailgun | Sender::Zettle => hex(&hmac_sha256(text.as_bytes())),
    }
}

impl Sender {
    fn scheme(self) -> Scheme {
        match self {
            Self::Adyen => provider::adyen(),
            Self::Mailgun => provider::mailgun_event_data_unsigned(),
            Self::Zettle => provider::zettle(),
        }
    }

    /// What is signed of a request with these texts.
    fn text(self, [one, two, three]: [&str; 3]) -> String {
        match self {
            Self::Adyen => format!("{one}::{two}:{three}:1130:EUR:AUTHORISATION:true"),
            Self::Mailgun => format!("{NOW}{one}"),
            Self::Zettle => format!("{one}.{two}"),
        }
    }

    fn body(self, [one, two, three]: [&str; 3], unsigned: &str, signature: &str) -> Value {
        match self {
            Self::Adyen => {
                json!({ "live": unsigned, "notificationItems": [{ "NotificationRequestItem": {
                "pspReference": one,
                "merchantAccountCode": two,
                "merchantReference": three,
                "amount": { "value": 1130, "currency": "EUR" },
                "eventCode": "AUTHORISATION",
                "success": "true",
                "reason": unsigned,
                "additionalData": { "hmacSignature": signature },
            } }] })
            }
            Self::Mailgun => json!({
                "signature": { "timestamp": NOW.to_string(), "token": one, "signature": signature },
                "event-data": { "event": unsigned },
            }),
            Self::Zettle => json!({ "timestamp": one, "payload": two, "eventName": unsigned }),
        }
    }

    fn signed(self, signed: [&str; 3], unsigned: &str) -> Sent {
        let signature = signature(&self, signed);
        let mut sent = Sent::new(self.body(signed, unsigned, &signature).to_string());
        if let Self::Zettle = self {
            sent.set("x-izettle-signature", signature);
        }
        sent
    }
}
