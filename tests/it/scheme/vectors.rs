//! The known answers of `tests/vectors/providers.json` (official documentation, tests of the senders' own libraries, or made
//! from the documented rule, as each says), for every sender that the declarative model covers.

use std::{borrow::Cow, collections::BTreeMap, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use tower_webhook::{
    Receiver, RejectionKind, provider,
    scheme::{
        Algorithm, Encoding, KeyForm, Part, Place, Scheme, SignatureFormat, SigningSecret,
        TimeFormat, standard_webhooks,
    },
};

#[derive(Deserialize)]
struct Vector {
    provider: String,
    name: String,
    secret: String,
    headers: BTreeMap<String, Lines>,
    body: Option<String>,
    body_base64: Option<String>,
    now: Option<u64>,
    tolerance: Option<u64>,
    method: Option<String>,
    url: Option<String>,
    expect: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Lines {
    One(String),
    Several(Vec<String>),
}

impl Vector {
    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, lines) in &self.headers {
            let lines = match lines {
                Lines::One(line) => std::slice::from_ref(line),
                Lines::Several(lines) => lines,
            };
            for line in lines {
                headers.append(
                    name.parse::<HeaderName>().unwrap(),
                    HeaderValue::from_str(line).unwrap(),
                );
            }
        }
        headers
    }

    fn body(&self) -> Vec<u8> {
        match (&self.body, &self.body_base64) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(encoded)) => STANDARD.decode(encoded).unwrap(),
            _ => panic!("{} has one body", self.name),
        }
    }

    fn verdict(&self, scheme: Scheme) -> Result<(), RejectionKind> {
        let now = self.now.unwrap_or(super::NOW);
        let builder = match self.provider.as_str() {
            "polar" => Receiver::builder(SigningSecret::from_text(&self.secret).unwrap()),
            _ => Receiver::builder(&self.secret),
        };
        let mut builder = builder
            .scheme(scheme)
            .danger_accept_replays()
            .clock(move || Duration::from_secs(now));
        if let Some(seconds) = self.tolerance {
            builder = builder.tolerance(Duration::from_secs(seconds));
        }
        let receiver = builder.build().unwrap();
        let mut request = http::Request::new(());
        *request.method_mut() = self.method.as_deref().unwrap_or("POST").parse().unwrap();
        *request.headers_mut() = self.headers();
        let (head, ()) = request.into_parts();
        let verified = receiver
            .check_head(&head)
            .and_then(|head| head.check_signature(self.body()));
        let stored = receiver.verify_stored(&head, self.body());
        if verified.is_ok() {
            drop(
                stored
                    .unwrap_or_else(|error| panic!("{} is not verified again: {error}", self.name)),
            );
        }
        verified.map(drop).map_err(|rejection| rejection.kind())
    }
}

/// HMAC-SHA256 of the body in hexadecimal.
fn hex_of_body(header: &'static str, prefix: &'static str) -> Scheme {
    let format = SignatureFormat::header(header).prefix(prefix);
    built(Scheme::builder(header).signature(format))
}

/// HMAC-SHA256 of the body in base64.
fn base64_of_body(header: &'static str, prefix: &'static str) -> Scheme {
    let format = SignatureFormat::header(header).prefix(prefix);
    built(Scheme::builder(header).signature(format.encoding(Encoding::Base64)))
}

/// `t=…,v1=…` over timestamp, literal and body.
fn fields(
    header: &'static str,
    separator: char,
    [time, signature]: [&'static str; 2],
    between: &'static str,
    format: TimeFormat,
) -> Scheme {
    built(
        Scheme::builder(header)
            .signed([Part::Timestamp, between.into(), Part::Body])
            .signature(SignatureFormat::fields(header, separator, signature))
            .timestamp(Place::field(time), format),
    )
}

fn built(builder: tower_webhook::scheme::SchemeBuilder) -> Scheme {
    builder.build().unwrap()
}

/// The scheme of a sender; `None` where it takes code of its own.
#[allow(clippy::too_many_lines)]
fn scheme(vector: &Vector) -> Option<Scheme> {
    let url = || Cow::Owned::<'static, str>(vector.url.clone().unwrap());
    let base64 = |header: &'static str| SignatureFormat::header(header).encoding(Encoding::Base64);
    Some(match vector.provider.as_str() {
        "github" => provider::github(),
        "stripe" => provider::stripe(),
        "slack" => provider::slack(),
        "hubspot-v3" => provider::hubspot(url()),
        "twitch" => provider::twitch(),
        "clerk"
        | "resend"
        | "openai"
        | "replicate"
        | "polar"
        | "supabase"
        | "gitlab-signing-token" => standard_webhooks(),
        "meta" => hex_of_body("x-hub-signature-256", "sha256="),
        "jira" | "bitbucket" => hex_of_body("x-hub-signature", "sha256="),
        "notion" => hex_of_body("x-notion-signature", "sha256="),
        "extend-commerce" => hex_of_body("ms-signature", "sha256="),
        "mollie" => hex_of_body("x-mollie-signature", "sha256="),
        "pagerduty" => hex_of_body("x-pagerduty-signature", "v1="),
        "dropbox" => hex_of_body("x-dropbox-signature", ""),
        "asana" => hex_of_body("x-hook-signature", ""),
        "sentry" => hex_of_body("sentry-hook-signature", ""),
        "coinbase-commerce" => hex_of_body("x-cc-webhook-signature", ""),
        "razorpay" => hex_of_body("x-razorpay-signature", ""),
        "lemonsqueezy" => hex_of_body("x-signature", ""),
        "shopify" => base64_of_body("x-shopify-hmac-sha256", ""),
        "typeform" => base64_of_body("typeform-signature", "sha256="),
        "twitter" => base64_of_body("x-twitter-webhooks-signature", "sha256="),
        "woocommerce" => base64_of_body("x-wc-webhook-signature", ""),
        "line" => base64_of_body("x-line-signature", ""),
        "xero" => base64_of_body("x-xero-signature", ""),
        "calendly" => fields(
            "calendly-webhook-signature",
            ',',
            ["t", "v1"],
            ".",
            TimeFormat::Seconds,
        ),
        "cloudflare-stream" => fields(
            "webhook-signature",
            ',',
            ["time", "sig1"],
            ".",
            TimeFormat::Seconds,
        ),
        "mux" => fields("mux-signature", ',', ["t", "v1"], ".", TimeFormat::Seconds),
        "centra" => fields(
            "x-centra-signature",
            ',',
            ["t", "v1"],
            ".",
            TimeFormat::Seconds,
        ),
        "tink" => fields(
            "x-tink-signature",
            ',',
            ["t", "v1"],
            ".",
            TimeFormat::Seconds,
        ),
        "paddle" => fields(
            "paddle-signature",
            ';',
            ["ts", "h1"],
            ":",
            TimeFormat::Seconds,
        ),
        "workos" => fields(
            "workos-signature",
            ',',
            ["t", "v1"],
            ".",
            TimeFormat::Milliseconds,
        ),
        "square" => built(
            Scheme::builder("square")
                .signed([Part::Url, Part::Body])
                .url(url())
                .signature(base64("x-square-hmacsha256-signature")),
        ),
        "zoom" => built(
            Scheme::builder("zoom")
                .signed(["v0:".into(), Part::Timestamp, ":".into(), Part::Body])
                .signature(SignatureFormat::header("x-zm-signature").prefix("v0="))
                .timestamp(Place::header("x-zm-request-timestamp"), TimeFormat::Seconds),
        ),
        "linear" => built(
            Scheme::builder("linear")
                .signature(SignatureFormat::header("linear-signature"))
                .timestamp(Place::body("webhookTimestamp"), TimeFormat::Milliseconds)
                .tolerance(Duration::from_secs(60)),
        ),
        "intercom" => built(
            Scheme::builder("intercom")
                .algorithm(Algorithm::HmacSha1)
                .signature(SignatureFormat::header("x-hub-signature").prefix("sha1=")),
        ),
        "vercel" => built(
            Scheme::builder("vercel")
                .algorithm(Algorithm::HmacSha1)
                .signature(SignatureFormat::header("x-vercel-signature")),
        ),
        "paystack" => built(
            Scheme::builder("paystack")
                .algorithm(Algorithm::HmacSha512)
                .signature(SignatureFormat::header("x-paystack-signature")),
        ),
        "zendesk" => built(
            Scheme::builder("zendesk")
                .signed([Part::Timestamp, Part::Body])
                .signature(base64("x-zendesk-webhook-signature"))
                .timestamp(
                    Place::header("x-zendesk-webhook-signature-timestamp"),
                    TimeFormat::Rfc3339,
                ),
        ),
        "klaviyo" => built(
            Scheme::builder("klaviyo")
                .signed([Part::Body, Part::Timestamp])
                .signature(SignatureFormat::header("klaviyo-signature"))
                .timestamp(Place::header("klaviyo-timestamp"), TimeFormat::HttpDate),
        ),
        "docusign" => built(
            Scheme::builder("docusign").signature(
                SignatureFormat::headers(["x-docusign-signature-1", "x-docusign-signature-2"])
                    .encoding(Encoding::Base64),
            ),
        ),
        "adyen-platform" => built(
            Scheme::builder("adyen-platform")
                .key_form(KeyForm::Hex)
                .signature(base64("hmacsignature")),
        ),
        "airtable" => built(
            Scheme::builder("airtable")
                .key_form(KeyForm::Base64)
                .signature(
                    SignatureFormat::header("x-airtable-content-mac").prefix("hmac-sha256="),
                ),
        ),
        "klarna" => built(
            Scheme::builder("klarna")
                .signature(SignatureFormat::header("klarna-signature"))
                .key_id(Place::header("klarna-signing-key-id")),
        ),
        "worldline" => built(
            Scheme::builder("worldline")
                .signature(base64("x-gcs-signature"))
                .key_id(Place::header("x-gcs-keyid")),
        ),
        "discord" => built(
            Scheme::builder("discord")
                .algorithm(Algorithm::Ed25519)
                .signed([Part::Timestamp, Part::Body])
                .signature(SignatureFormat::header("x-signature-ed25519"))
                .timestamp(Place::header("x-signature-timestamp"), TimeFormat::Seconds),
        ),
        "sendgrid" => built(
            Scheme::builder("sendgrid")
                .algorithm(Algorithm::EcdsaP256)
                .signed([Part::Timestamp, Part::Body])
                .signature(base64("x-twilio-email-event-webhook-signature"))
                .timestamp(
                    Place::header("x-twilio-email-event-webhook-timestamp"),
                    TimeFormat::Seconds,
                ),
        ),
        _ => return None,
    })
}

#[test]
fn every_known_answer_of_a_sender_that_the_model_covers_comes_out_as_published() {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("../../vectors/providers.json")).unwrap();
    let (mut valid, mut invalid, mut other) = (0, 0, 0);
    for vector in &vectors {
        let Some(scheme) = scheme(vector) else {
            other += 1;
            continue;
        };
        let verdict = vector.verdict(scheme);
        if vector.expect == "valid" {
            valid += 1;
            assert_eq!(verdict, Ok(()), "{} {}", vector.provider, vector.name);
        } else {
            invalid += 1;
            assert!(verdict.is_err(), "{} {}", vector.provider, vector.name);
        }
    }
    // 14 senders need code of their own, or have a token that signs nothing.
    assert_eq!((valid, invalid, other), (55, 60, 33));
}

#[test]
fn a_stale_answer_is_rejected_for_its_age_and_a_changed_body_for_its_signature() {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("../../vectors/providers.json")).unwrap();
    let verdict = |name: &str| {
        let vector = vectors.iter().find(|vector| vector.name == name).unwrap();
        vector.verdict(scheme(vector).unwrap())
    };
    assert_eq!(
        verdict("stripe-net-stale"),
        Err(RejectionKind::TimestampTooOld)
    );
    assert_eq!(
        verdict("slack-docs-stale"),
        Err(RejectionKind::TimestampTooOld)
    );
    assert_eq!(
        verdict("paddle-node-6s"),
        Err(RejectionKind::TimestampTooOld)
    );
    assert_eq!(
        verdict("workos-seconds"),
        Err(RejectionKind::TimestampTooOld)
    );
    assert_eq!(verdict("gh-docs-body"), super::MISMATCH);
    assert_eq!(verdict("x-convoy-prefix"), super::MISMATCH);
    assert_eq!(verdict("paystack-sha256"), super::MISMATCH);
}
