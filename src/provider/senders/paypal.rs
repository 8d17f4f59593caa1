//! PayPal.

use std::{borrow::Cow, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::HeaderName;
use serde::Deserialize;

use super::{
    certificate::{CertificateKey, Hash},
    preset::{KeyKind, Preset, VerifiedAgainst},
    support::only_text,
};
use crate::{
    error::{ConfigError, Rejection, RejectionKind},
    message::{MessageId, RequestHead},
    scheme::{BodyCheck, Claims, CustomScheme, Scheme, TimeFormat},
};

pub(super) const PRESET: Preset = Preset::declared(
    "paypal",
    "PayPal",
    KeyKind::Certificate,
    VerifiedAgainst::Sdk,
    |settings| Ok(paypal(settings.webhook_id()?)),
);

const ID: &str = "paypal-transmission-id";
const TIME: &str = "paypal-transmission-time";
const SIGNATURE: &str = "paypal-transmission-sig";
const ALGORITHM: &str = "paypal-auth-algo";
const CERTIFICATE: &str = "paypal-cert-url";

/// PayPal. Needs the feature `x509`.
///
/// Signs `{transmission id}|{transmission time}|{webhook id}|{CRC-32 of the body}` with RSA and SHA-256, in
/// `PAYPAL-TRANSMISSION-SIG` as base64. **The body is bound by a CRC-32 alone**: anyone who can change a body on its way can make
/// another of the same CRC.
///
/// `webhook_id` is the id of the webhook in PayPal's settings. The key is the certificate that `PAYPAL-CERT-URL` names;
/// fetching it and checking its chain is the application's: give the certificates that are known, or a
/// [`SecretSource`](crate::receiver::SecretSource) that looks them up by that header, for URLs of PayPal's hosts only.
///
/// The id (`id`) and the event type (`event_type`) are in the body. The transmission time is signed; the sender documents no
/// tolerance, and 5 minutes apply.
///
/// Verified against a vector of an SDK, with the real certificate.
///
/// - <https://developer.paypal.com/api/rest/webhooks/rest/#link-selfverification>
pub fn paypal(webhook_id: impl Into<Cow<'static, str>>) -> Scheme {
    Scheme::custom(PayPal {
        webhook_id: webhook_id.into(),
    })
}

struct PayPal {
    webhook_id: Cow<'static, str>,
}

/// What follows the head.
pub(super) struct PayPalCheck {
    keys: Vec<Arc<CertificateKey>>,
    signature: Vec<u8>,
    before_crc: String,
    crc: crc32fast::Hasher,
}

impl CustomScheme for PayPal {
    type Key = Arc<CertificateKey>;
    type Check = PayPalCheck;

    fn name(&self) -> &'static str {
        "paypal"
    }

    fn headers(&self) -> Vec<HeaderName> {
        [ID, TIME, SIGNATURE, ALGORITHM, CERTIFICATE]
            .map(HeaderName::from_static)
            .into()
    }

    fn key(&self, text: &str) -> Result<Arc<CertificateKey>, ConfigError> {
        CertificateKey::parse(text).map(Arc::new)
    }

    fn check_head(
        &self,
        head: &RequestHead<'_>,
        keys: &[Arc<CertificateKey>],
    ) -> Result<(Claims, PayPalCheck), Rejection> {
        let (id, time) = (only_text(head, ID)?, only_text(head, TIME)?);
        let signature = STANDARD
            .decode(only_text(head, SIGNATURE)?)
            .map_err(|_| RejectionKind::SignatureMismatch)?;
        if only_text(head, ALGORITHM)? != "SHA256withRSA" || id.contains('|') {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        let timestamp = TimeFormat::Rfc3339
            .parse(time.as_bytes())
            .ok_or(RejectionKind::MalformedTimestamp)?;
        Ok((
            Claims::new().with_timestamp(timestamp),
            PayPalCheck {
                keys: keys.to_vec(),
                signature,
                before_crc: format!("{id}|{time}|{}|", self.webhook_id),
                crc: crc32fast::Hasher::new(),
            },
        ))
    }

    fn has_signed_timestamp(&self) -> bool {
        true
    }
}

/// What is read of a verified body.
#[derive(Deserialize)]
struct Body {
    id: Option<String>,
    event_type: Option<String>,
}

impl BodyCheck for PayPalCheck {
    fn update(&mut self, bytes: &[u8]) {
        self.crc.update(bytes);
    }

    fn finish(&mut self, body: &Bytes, mut claims: Claims) -> Result<Claims, Rejection> {
        let crc = std::mem::take(&mut self.crc).finalize();
        let signed = format!("{}{crc}", self.before_crc);
        let verifies = |key: &Arc<CertificateKey>| {
            key.verifies(Hash::Sha256, signed.as_bytes(), &self.signature)
        };
        if !self.keys.iter().any(verifies) {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        if let Ok(body) = serde_json::from_slice::<Body>(body) {
            if let Some(id) = body.id.as_deref().and_then(MessageId::parse) {
                claims = claims.with_signed_id(id);
            }
            if let Some(event_type) = body.event_type {
                claims = claims.with_event_type(&event_type);
            }
        }
        Ok(claims)
    }
}
