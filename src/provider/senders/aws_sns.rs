//! AWS SNS.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderName, Uri};
use serde_json::{Map, Value};

use super::{
    certificate::{CertificateKey, Hash},
    preset::{KeyKind, Preset, VerifiedAgainst},
    support::members,
};
use crate::{
    error::{ConfigError, Rejection, RejectionKind},
    message::{MessageId, RequestHead},
    scheme::{BodyCheck, Claims, CustomScheme, Scheme},
};

pub(super) const PRESET: Preset = Preset::declared(
    "aws-sns",
    "AWS SNS",
    KeyKind::Certificate,
    VerifiedAgainst::RuleOnly,
    |_| Ok(aws_sns()),
);

/// What is signed of a notification, in its order.
const NOTIFICATION: [&str; 6] = [
    "Message",
    "MessageId",
    "Subject",
    "Timestamp",
    "TopicArn",
    "Type",
];
/// What is signed of the start and of the end of a subscription.
const SUBSCRIPTION: [&str; 7] = [
    "Message",
    "MessageId",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
];

/// AWS SNS. Needs the feature `x509`.
///
/// Signs members of the body, sorted, with RSA and SHA-1 (version 1) or SHA-256 (version 2), in the member `Signature` as
/// base64. The host of `SigningCertURL` is checked, see [`is_sns_certificate_url`]; the certificate itself is given by the
/// application, which fetches it and checks its chain.
///
/// The id (`MessageId`) and the type (`Type`) are signed. The time is that of the publication, not of the attempt, and the
/// sender retries for an hour, so it decides nothing: an idempotency store keeps a captured request from being handled twice.
/// A `SubscriptionConfirmation` is confirmed by a GET of its `SubscribeURL`, an outgoing request that is the application's.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>
pub fn aws_sns() -> Scheme {
    Scheme::custom(AwsSns)
}

/// Whether a certificate may be fetched from `url`: HTTPS, `sns.<region>.amazonaws.com` (or `.com.cn`), a path that ends in
/// `.pem`, no user and no port.
///
/// ```
/// use tower_webhook::provider::is_sns_certificate_url;
///
/// assert!(is_sns_certificate_url("https://sns.eu-north-1.amazonaws.com/SimpleNotificationService-1.pem"));
/// assert!(!is_sns_certificate_url("https://sns.eu-north-1.amazonaws.com.evil.example/a.pem"));
/// assert!(!is_sns_certificate_url("http://sns.eu-north-1.amazonaws.com/a.pem"));
/// ```
pub fn is_sns_certificate_url(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else {
        return false;
    };
    let Some(host) = uri
        .authority()
        .map(|authority| authority.as_str().to_ascii_lowercase())
    else {
        return false;
    };
    let region = host.strip_prefix("sns.").and_then(|host| {
        host.strip_suffix(".amazonaws.com")
            .or_else(|| host.strip_suffix(".amazonaws.com.cn"))
    });
    let is_region = |region: &str| {
        !region.is_empty()
            && region
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    uri.scheme_str() == Some("https")
        && region.is_some_and(is_region)
        && uri.query().is_none()
        && uri.path().strip_suffix(".pem").is_some()
}

struct AwsSns;

/// What follows the head.
pub(super) struct AwsSnsCheck {
    keys: Vec<Arc<CertificateKey>>,
}

impl CustomScheme for AwsSns {
    type Key = Arc<CertificateKey>;
    type Check = AwsSnsCheck;

    fn name(&self) -> &'static str {
        "aws-sns"
    }

    fn headers(&self) -> Vec<HeaderName> {
        Vec::new()
    }

    fn key(&self, text: &str) -> Result<Arc<CertificateKey>, ConfigError> {
        CertificateKey::parse(text).map(Arc::new)
    }

    fn check_head(
        &self,
        _head: &RequestHead<'_>,
        keys: &[Arc<CertificateKey>],
    ) -> Result<(Claims, AwsSnsCheck), Rejection> {
        let keys = keys.to_vec();
        Ok((Claims::new(), AwsSnsCheck { keys }))
    }
}

impl BodyCheck for AwsSnsCheck {
    fn finish(&mut self, body: &Bytes, mut claims: Claims) -> Result<Claims, Rejection> {
        let mismatch = RejectionKind::SignatureMismatch;
        let body: Map<String, Value> = members(body)?;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let message_type = text("Type").ok_or(mismatch)?;
        let names: &[&str] = match message_type {
            "Notification" => &NOTIFICATION,
            "SubscriptionConfirmation" | "UnsubscribeConfirmation" => &SUBSCRIPTION,
            _ => return Err(mismatch.into()),
        };
        let hash = match text("SignatureVersion") {
            Some("1") => Hash::Sha1,
            Some("2") => Hash::Sha256,
            _ => return Err(mismatch.into()),
        };
        let url = text("SigningCertURL").or_else(|| text("SigningCertUrl"));
        if !url.is_some_and(is_sns_certificate_url) {
            return Err(mismatch.into());
        }
        let mut signed = String::new();
        for name in names {
            match text(name) {
                Some(value) => {
                    for part in [name, "\n", value, "\n"] {
                        signed.push_str(part);
                    }
                }
                // Only a subject may be missing.
                None if *name == "Subject" => {}
                None => return Err(mismatch.into()),
            }
        }
        let signature = text("Signature").and_then(|text| STANDARD.decode(text).ok());
        let signature = signature.ok_or(mismatch)?;
        let verifies =
            |key: &Arc<CertificateKey>| key.verifies(hash, signed.as_bytes(), &signature);
        if !self.keys.iter().any(verifies) {
            return Err(mismatch.into());
        }
        if let Some(id) = text("MessageId").and_then(MessageId::parse) {
            claims = claims.with_signed_id(id);
        }
        Ok(claims.with_event_type(message_type))
    }
}
