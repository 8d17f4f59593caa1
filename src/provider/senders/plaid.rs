//! Plaid.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::HeaderName;
use serde::{Deserialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    preset::{KeyKind, Preset, VerifiedAgainst},
    support::only_text,
};
use crate::{
    crypto::{Encoding, ecdsa_p256::EcdsaP256PublicKey},
    error::{ConfigError, ConfigErrorKind, Rejection, RejectionKind},
    message::{RequestHead, Timestamp},
    scheme::{BodyCheck, Claims, CustomScheme, Scheme},
};

pub(super) const PRESET: Preset = Preset::declared(
    "plaid",
    "Plaid",
    KeyKind::PublicKey,
    VerifiedAgainst::RuleOnly,
    |_| Ok(plaid()),
);

const TOKEN: &str = "plaid-verification";
/// Longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 4096;

/// Plaid. Needs the feature `ecdsa`.
///
/// Signs a JWT with ES256, in `Plaid-Verification`, whose claims are the time and the body's SHA-256. Any other algorithm is
/// rejected. The token is checked before the body is read, and the body against its hash as it arrives.
///
/// The key is a JWK, chosen by its `kid`. Fetching it by `/webhook_verification_key/get` is the application's: give the keys
/// that are known, or a [`SecretSource`](crate::receiver::SecretSource) that looks them up.
///
/// There is no id of the delivery. A time is accepted for 5 minutes.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://plaid.com/docs/api/webhooks/webhook-verification/>
pub fn plaid() -> Scheme {
    Scheme::custom(Plaid)
}

struct Plaid;

/// A key of Plaid, from its JWK.
pub(super) struct PlaidKey {
    kid: Option<String>,
    key: EcdsaP256PublicKey,
}

/// What follows the head, whose token is verified.
pub(super) struct PlaidCheck {
    announced: Vec<u8>,
    hash: Sha256,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct TokenClaims {
    iat: u64,
    request_body_sha256: String,
}

impl CustomScheme for Plaid {
    type Key = Arc<PlaidKey>;
    type Check = PlaidCheck;

    fn name(&self) -> &'static str {
        "plaid"
    }

    fn headers(&self) -> Vec<HeaderName> {
        vec![HeaderName::from_static(TOKEN)]
    }

    fn key(&self, text: &str) -> Result<Arc<PlaidKey>, ConfigError> {
        #[derive(Deserialize)]
        struct Jwk {
            kid: Option<String>,
            x: String,
            y: String,
        }
        let invalid = || ConfigError::new(ConfigErrorKind::InvalidPublicKey);
        let key = match serde_json::from_str::<Jwk>(text) {
            Ok(Jwk { kid, x, y }) => {
                let mut point = vec![4];
                for coordinate in [x, y] {
                    let decoded = URL_SAFE_NO_PAD.decode(coordinate);
                    point.extend(decoded.map_err(|_| invalid())?);
                }
                let key = EcdsaP256PublicKey::from_bytes(&point)?;
                PlaidKey { kid, key }
            }
            Err(_) => PlaidKey {
                kid: None,
                key: EcdsaP256PublicKey::parse(text)?,
            },
        };
        Ok(Arc::new(key))
    }

    fn check_head(
        &self,
        head: &RequestHead<'_>,
        keys: &[Arc<PlaidKey>],
    ) -> Result<(Claims, PlaidCheck), Rejection> {
        let mismatch = RejectionKind::SignatureMismatch;
        let token = only_text(head, TOKEN)?;
        let (signed, signature) = token
            .rsplit_once('.')
            .filter(|_| token.len() <= MAX_TOKEN)
            .ok_or(mismatch)?;
        let (header, claims) = signed.split_once('.').ok_or(mismatch)?;
        // RFC 7515, section 4.1.1: read before it is verified, to reject every algorithm but one.
        let header: Header = decode(header).ok_or(mismatch)?;
        if header.alg != "ES256" {
            return Err(mismatch.into());
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| mismatch)?;
        let is_genuine = keys
            .iter()
            .filter(|key| match (&key.kid, &header.kid) {
                (Some(known), Some(wanted)) => known == wanted,
                _ => true,
            })
            .any(|key| key.key.verifies_fixed(signed.as_bytes(), &signature));
        if !is_genuine {
            return Err(mismatch.into());
        }
        let claims: TokenClaims = decode(claims).ok_or(mismatch)?;
        let announced = Encoding::Hex
            .decode(claims.request_body_sha256.as_bytes())
            .ok_or(mismatch)?;
        Ok((
            Claims::new().with_timestamp(Timestamp::from_unix_seconds(claims.iat)),
            PlaidCheck {
                announced: announced.as_bytes().to_vec(),
                hash: Sha256::new(),
            },
        ))
    }

    fn has_signed_timestamp(&self) -> bool {
        true
    }

    fn tolerance(&self) -> Option<Duration> {
        Some(Duration::from_secs(300))
    }
}

fn decode<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// What is read of a verified body.
#[derive(Deserialize)]
struct Body {
    webhook_code: String,
}

impl BodyCheck for PlaidCheck {
    fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
    }

    fn finish(&mut self, body: &Bytes, mut claims: Claims) -> Result<Claims, Rejection> {
        let hash = std::mem::take(&mut self.hash).finalize();
        if !bool::from(self.announced.as_slice().ct_eq(&hash)) {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        if let Ok(Body { webhook_code }) = serde_json::from_slice(body) {
            claims = claims.with_event_type(&webhook_code);
        }
        Ok(claims)
    }
}
