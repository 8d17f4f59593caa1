//! Vipps MobilePay.

use bytes::Bytes;
use http::{HeaderName, Uri, header::AUTHORIZATION};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    preset::{KeyKind, Preset, VerifiedAgainst},
    support::{MacKey, SharedKey, any_matches, only_text, public_url, signed_path},
};
#[cfg(feature = "testing")]
use crate::scheme::Outgoing;
use crate::{
    crypto::{Algorithm, Encoding},
    error::{ConfigError, Rejection, RejectionKind},
    message::RequestHead,
    scheme::{BodyCheck, Claims, CustomScheme, Scheme, TimeFormat},
};

pub(super) const PRESET: Preset = Preset::declared(
    "vipps",
    "Vipps MobilePay",
    KeyKind::Secret,
    VerifiedAgainst::PublishedVector,
    |settings| Ok(vipps(settings.public_url()?)),
);

const DATE: &str = "x-ms-date";
const BODY_HASH: &str = "x-ms-content-sha256";
/// What stands before the signature: no other choice of signed headers is known.
const PREFIX: &str = "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=";

/// Vipps MobilePay.
///
/// Signs method, path and query, date, host and the body's SHA-256 with HMAC-SHA256, in `Authorization` as base64. The
/// signature is checked before the body is read, and the body against its hash as it arrives. The secret looks like base64 and
/// is text.
///
/// `url` is the address exactly as it was registered with the sender: host and path are taken from it, never from the
/// request, since a proxy may have changed them.
/// An address that is not absolute is a mistake that shows when the receiver is built.
///
/// There is no id of the delivery. The date is signed; the sender documents no tolerance, and 5 minutes apply.
///
/// Verified against the example of the documentation.
///
/// - <https://developer.vippsmobilepay.com/docs/APIs/webhooks-api/request-authentication/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::vipps("https://example.com/webhooks/vipps");
/// let receiver = Receiver::builder("a secret of the sender").scheme(scheme.clone()).build()?;
/// let signer = Signer::for_scheme(scheme, "a secret of the sender")?;
///
/// let (head, _) = signer.request("", Timestamp::now(), "{}").into_parts();
/// let verified = receiver.check_head(&head)?.check_signature("{}")?;
/// assert_eq!(verified.body(), "{}");
///
/// let rejected = receiver.check_head(&head)?.check_signature("[]").unwrap_err();
/// assert_eq!(rejected.kind(), RejectionKind::SignatureMismatch);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub fn vipps(url: impl AsRef<str>) -> Scheme {
    let url = public_url(url.as_ref());
    Scheme::custom(Vipps { url })
}

struct Vipps {
    url: Result<Uri, ConfigError>,
}

/// What follows the head, whose signature is verified.
pub(super) struct VippsCheck {
    announced: Vec<u8>,
    hash: Sha256,
}

impl Vipps {
    fn signed(&self, date: &str, body_hash: &str) -> String {
        let path = self.url.as_ref().map_or("", signed_path);
        let authority = self.url.as_ref().ok().and_then(Uri::authority);
        let host = authority.map_or("", |authority| authority.as_str());
        format!("POST\n{path}\n{date};{host};{body_hash}")
    }
}

impl CustomScheme for Vipps {
    type Key = SharedKey;
    type Check = VippsCheck;

    fn name(&self) -> &'static str {
        "vipps"
    }

    fn headers(&self) -> Vec<HeaderName> {
        let names = [DATE, BODY_HASH].map(HeaderName::from_static);
        names.into_iter().chain([AUTHORIZATION]).collect()
    }

    fn key(&self, text: &str) -> Result<SharedKey, ConfigError> {
        // What is wrong with the address shows when the receiver is built.
        self.url.clone()?;
        MacKey::of_text(Algorithm::HmacSha256, text).map(SharedKey::new)
    }

    fn check_head(
        &self,
        head: &RequestHead<'_>,
        keys: &[SharedKey],
    ) -> Result<(Claims, VippsCheck), Rejection> {
        let (date, body_hash) = (only_text(head, DATE)?, only_text(head, BODY_HASH)?);
        let signature = only_text(head, AUTHORIZATION.as_str())?
            .strip_prefix(PREFIX)
            .and_then(|signature| Encoding::Base64.decode(signature.as_bytes()))
            .ok_or(RejectionKind::SignatureMismatch)?;
        let time = TimeFormat::HttpDate
            .parse(date.as_bytes())
            .ok_or(RejectionKind::MalformedTimestamp)?;
        let signed = self.signed(date, body_hash);
        if !any_matches(keys, &[signed.as_bytes()], signature.as_bytes()) {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        let announced = Encoding::Base64
            .decode(body_hash.as_bytes())
            .ok_or(RejectionKind::SignatureMismatch)?;
        Ok((
            Claims::new().with_timestamp(time),
            VippsCheck {
                announced: announced.as_bytes().to_vec(),
                hash: Sha256::new(),
            },
        ))
    }

    #[cfg(feature = "testing")]
    fn sign(&self, key: &SharedKey, request: &mut Outgoing<'_>) -> Result<(), ConfigError> {
        let date = TimeFormat::HttpDate.print(request.timestamp);
        let body_hash = Encoding::Base64.encode(&Sha256::digest(&*request.body));
        let tag = key.tag(&[self.signed(&date, &body_hash).as_bytes()]);
        let authorization = format!("{PREFIX}{}", Encoding::Base64.encode(&tag));
        request.set_header(DATE, &date);
        request.set_header(BODY_HASH, &body_hash);
        request.set_header(AUTHORIZATION, &authorization);
        Ok(())
    }

    fn has_signed_timestamp(&self) -> bool {
        true
    }
}

impl BodyCheck for VippsCheck {
    fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
    }

    fn finish(&mut self, _body: &Bytes, claims: Claims) -> Result<Claims, Rejection> {
        let hash = std::mem::take(&mut self.hash).finalize();
        bool::from(self.announced.as_slice().ct_eq(&hash))
            .then_some(claims)
            .ok_or(RejectionKind::SignatureMismatch.into())
    }
}
