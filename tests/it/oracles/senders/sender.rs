//! The senders, and where in a request of theirs is what is changed.

use base64::{Engine, engine::general_purpose::STANDARD};
use tower_webhook::{
    provider,
    scheme::{Encoding, Scheme},
};

use super::{draft::Random, sdk::Language};

/// A sender that has an SDK.
pub(super) struct Sender {
    /// Its preset's slug, which the scripts know it by.
    pub(super) name: &'static str,
    scheme: fn(&'static str) -> Scheme,
    keys: KeyKind,
    pub(super) body: BodyKind,
    pub(super) signature: Spot,
    pub(super) encoding: Encoding,
    /// Where the timestamp is that is signed.
    pub(super) time: Option<Spot>,
    /// What stands between two signatures in one line.
    pub(super) separator: &'static str,
    pub(super) signs_url: bool,
    /// In which languages it has one.
    pub(super) languages: &'static [Language],
}

/// A text behind a marker, in a header or in the body.
pub(super) struct Spot {
    /// `None` for the body.
    pub(super) header: Option<&'static str>,
    pub(super) marker: &'static str,
}

#[derive(Clone, Copy)]
pub(super) enum BodyKind {
    Text,
    Form,
    Json,
    AdyenItems,
}

#[derive(Clone, Copy)]
enum KeyKind {
    Text,
    Hex,
    StandardWebhooks,
    Ed25519,
    EcdsaP256,
}

/// What a request is signed with, and what it is verified with.
pub(super) struct Keys {
    pub(super) signing: String,
    pub(super) verifying: String,
    pub(super) other_signing: String,
}

impl Sender {
    pub(super) fn scheme(&self, url: &'static str) -> Scheme {
        (self.scheme)(url)
    }

    pub(super) fn keys(&self, random: &mut Random) -> Keys {
        // RFC 8032, section 7.1, tests 1 and 2; RFC 6979, appendix A.2.5.
        let (signing, verifying, other_signing) = match self.keys {
            KeyKind::Ed25519 => (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a".to_owned(),
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            ),
            KeyKind::EcdsaP256 => {
                let spki = "3059301306072a8648ce3d020106082a8648ce3d03010703420004\
                            60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
                            7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
                (
                    "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
                    STANDARD.encode(hex::decode(spki).unwrap()),
                    "a9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
                )
            }
            _ => {
                let [one, other] = [(); 2].map(|()| self.secret(random));
                return Keys {
                    signing: one.clone(),
                    verifying: one,
                    other_signing: other,
                };
            }
        };
        Keys {
            signing: signing.to_owned(),
            verifying,
            other_signing: other_signing.to_owned(),
        }
    }

    fn secret(&self, random: &mut Random) -> String {
        let mut bytes = vec![0; random.usize(16..=48)];
        random.fill(&mut bytes);
        match self.keys {
            KeyKind::Hex => hex::encode(bytes),
            KeyKind::StandardWebhooks => format!("whsec_{}", STANDARD.encode(bytes)),
            _ => bytes
                .iter()
                .map(|byte| char::from(b'!' + byte % 94))
                .collect(),
        }
    }
}

const BOTH: &[Language] = &[Language::JavaScript, Language::Python];

/// Signs a text, in hexadecimal, by a secret that is text: what most of them do.
const PLAIN: Sender = Sender {
    name: "",
    scheme: |_| unreachable!(),
    keys: KeyKind::Text,
    body: BodyKind::Text,
    signature: header("", ""),
    encoding: Encoding::Hex,
    time: None,
    separator: ", ",
    signs_url: false,
    languages: BOTH,
};

const fn header(name: &'static str, marker: &'static str) -> Spot {
    Spot {
        header: Some(name),
        marker,
    }
}

pub(super) const SENDERS: &[Sender] = &[
    Sender {
        name: "adyen",
        scheme: |_| provider::adyen(),
        keys: KeyKind::Hex,
        body: BodyKind::AdyenItems,
        signature: Spot {
            header: None,
            marker: "\"hmacSignature\":\"",
        },
        encoding: Encoding::Base64,
        ..PLAIN
    },
    Sender {
        name: "adyen-platform",
        scheme: |_| provider::adyen_platform(),
        keys: KeyKind::Hex,
        signature: header("hmacsignature", ""),
        encoding: Encoding::Base64,
        ..PLAIN
    },
    Sender {
        name: "discord",
        scheme: |_| provider::discord(),
        keys: KeyKind::Ed25519,
        signature: header("x-signature-ed25519", ""),
        time: Some(header("x-signature-timestamp", "")),
        ..PLAIN
    },
    Sender {
        name: "github",
        scheme: |_| provider::github(),
        signature: header("x-hub-signature-256", "sha256="),
        languages: &[Language::JavaScript],
        ..PLAIN
    },
    Sender {
        name: "hubspot-v3",
        scheme: |url| provider::hubspot(url),
        signature: header("x-hubspot-signature-v3", ""),
        encoding: Encoding::Base64,
        time: Some(header("x-hubspot-request-timestamp", "")),
        signs_url: true,
        ..PLAIN
    },
    Sender {
        name: "line",
        scheme: |_| provider::line(),
        signature: header("x-line-signature", ""),
        encoding: Encoding::Base64,
        ..PLAIN
    },
    Sender {
        name: "openai",
        scheme: |_| provider::openai(),
        keys: KeyKind::StandardWebhooks,
        signature: header("webhook-signature", "v1,"),
        encoding: Encoding::Base64,
        time: Some(header("webhook-timestamp", "")),
        separator: " ",
        ..PLAIN
    },
    Sender {
        name: "paddle",
        scheme: |_| provider::paddle(),
        signature: header("paddle-signature", "h1="),
        time: Some(header("paddle-signature", "ts=")),
        separator: ";",
        ..PLAIN
    },
    Sender {
        name: "sendgrid",
        scheme: |_| provider::sendgrid(),
        keys: KeyKind::EcdsaP256,
        signature: header("x-twilio-email-event-webhook-signature", ""),
        encoding: Encoding::Base64,
        time: Some(header("x-twilio-email-event-webhook-timestamp", "")),
        ..PLAIN
    },
    Sender {
        name: "shopify",
        scheme: |_| provider::shopify(),
        signature: header("x-shopify-hmac-sha256", ""),
        encoding: Encoding::Base64,
        languages: &[Language::JavaScript],
        ..PLAIN
    },
    Sender {
        name: "slack",
        scheme: |_| provider::slack(),
        signature: header("x-slack-signature", "v0="),
        time: Some(header("x-slack-request-timestamp", "")),
        ..PLAIN
    },
    Sender {
        name: "square",
        scheme: |url| provider::square(url),
        signature: header("x-square-hmacsha256-signature", ""),
        encoding: Encoding::Base64,
        signs_url: true,
        ..PLAIN
    },
    Sender {
        name: "stripe",
        scheme: |_| provider::stripe(),
        signature: header("stripe-signature", "v1="),
        time: Some(header("stripe-signature", "t=")),
        separator: ",",
        ..PLAIN
    },
    Sender {
        name: "twilio",
        scheme: |url| provider::twilio(url),
        body: BodyKind::Form,
        signature: header("x-twilio-signature", ""),
        encoding: Encoding::Base64,
        signs_url: true,
        ..PLAIN
    },
    Sender {
        name: "twilio-json",
        scheme: |url| provider::twilio(url),
        body: BodyKind::Json,
        signature: header("x-twilio-signature", ""),
        encoding: Encoding::Base64,
        signs_url: true,
        ..PLAIN
    },
];
