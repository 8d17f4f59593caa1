//! Finding the cause.

use std::{borrow::Cow, fmt, time::Duration};

use bytes::Bytes;
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
    request::Parts,
};
use zeroize::Zeroizing;

use super::{
    Check, Explanation,
    body_variants::body_variants,
    cause::{Cause, CauseKind},
    head_variants::head_variants,
    marks,
    secret_variants::{VariantKey, secret_variants},
};
use crate::{
    error::RejectionKind,
    message::{RequestHead, Timestamp},
    scheme::{DotsInMessageId, KeyInput, Scheme, SchemeKeys, Signed},
};

/// Bytes that are hashed at the most for one explanation, besides the first pass: what bounds the work.
const MAX_HASHED: usize = 256 * 1024 * 1024;
/// Most causes of one explanation.
const MAX_CAUSES: usize = 3;
/// From there on, an old timestamp is a capture that was sent again.
const CAPTURE_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Tells why a request was rejected, given the secrets and, for comparison, those that should not have signed it.
///
/// A tool of development: it hashes a body some hundred times. Made by [`Receiver::explainer`](crate::Receiver::explainer),
/// or for a scheme alone. It judges any secret as given, and never fails for one.
///
/// ```
/// use tower_webhook::{Timestamp, receiver::explain::Explainer, scheme::standard_webhooks, testing::Signer};
///
/// let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// let now = Timestamp::now();
/// let (head, _) = Signer::new(secret)?.request("msg_1", now, r#"{"a":1}"#).into_parts();
///
/// let explainer = Explainer::new(standard_webhooks()).secret(secret);
/// let explanation = explainer.explain(&head, "{\"a\": 1}");
/// assert_eq!(explanation.causes()[0].kind().as_str(), "body_reserialized");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Explainer {
    scheme: Scheme,
    secrets: Vec<Zeroizing<String>>,
    retired: Vec<Zeroizing<String>>,
    other: Vec<Zeroizing<String>>,
    now: Option<Duration>,
    past_tolerance: Duration,
    future_tolerance: Duration,
    dots: DotsInMessageId,
}

/// A signature that verifies once something was undone.
struct Found {
    signed: Signed,
    causes: Vec<Cause>,
}

/// What was undone on one side: its cause and its words.
type Undone = Vec<(CauseKind, String)>;

impl Explainer {
    /// Explains requests of senders with this scheme. No secret is known yet.
    pub fn new(scheme: Scheme) -> Self {
        let tolerance = scheme.tolerance().unwrap_or(Duration::from_secs(300));
        Self {
            scheme,
            secrets: Vec::new(),
            retired: Vec::new(),
            other: Vec::new(),
            now: None,
            past_tolerance: tolerance,
            future_tolerance: tolerance,
            dots: DotsInMessageId::Rejected,
        }
    }

    /// Adds a secret, as it is configured: a wrong form of it is a cause to be found, no error.
    pub fn secret(mut self, text: impl Into<String>) -> Self {
        self.secrets.push(Zeroizing::new(text.into()));
        self
    }

    /// Adds a secret that was replaced.
    pub fn retired_secret(mut self, text: impl Into<String>) -> Self {
        self.retired.push(Zeroizing::new(text.into()));
        self
    }

    /// Adds a secret of another endpoint, tenant or environment.
    pub fn other_secret(mut self, text: impl Into<String>) -> Self {
        self.other.push(Zeroizing::new(text.into()));
        self
    }

    /// Judges the request as of this time. Default: now.
    pub fn at(mut self, time: Timestamp) -> Self {
        self.now = Some(Duration::from_secs(time.unix_seconds()));
        self
    }

    /// How far a timestamp may be from the time of the judgement, both ways. Default: the scheme's own, or 5 minutes.
    pub fn tolerance(self, tolerance: Duration) -> Self {
        self.tolerances(tolerance, tolerance)
    }

    pub(super) fn tolerances(mut self, past: Duration, future: Duration) -> Self {
        (self.past_tolerance, self.future_tolerance) = (past, future);
        self
    }

    /// Accepts message ids with a dot.
    pub(in crate::receiver) fn dots(mut self, dots: DotsInMessageId) -> Self {
        self.dots = dots;
        self
    }

    /// Judges a request, with its whole body, and finds the causes of a rejection.
    pub fn explain(&self, head: &Parts, body: impl AsRef<[u8]>) -> Explanation {
        let body = Bytes::copy_from_slice(body.as_ref());
        let mut causes = Vec::new();
        let (checks, rejection) = self.checks(head, &body, &mut causes);
        if let Some(rejection) = rejection {
            causes = self.causes(head, &body, rejection);
        }
        Explanation::new(checks, causes)
    }

    /// Judges a request, with its whole body, and looks for no cause.
    pub fn judge(&self, head: &Parts, body: impl AsRef<[u8]>) -> Explanation {
        let body = Bytes::copy_from_slice(body.as_ref());
        let (checks, _) = self.checks(head, &body, &mut Vec::new());
        Explanation::new(checks, Vec::new())
    }

    /// The checks, and the kind of rejection where the signature does not match.
    fn checks(
        &self,
        head: &Parts,
        body: &Bytes,
        causes: &mut Vec<Cause>,
    ) -> (Vec<Check>, Option<RejectionKind>) {
        let keys = self.keys(&self.secrets);
        match self.verify(head, &head.headers, body, keys.as_ref()) {
            Ok(signed) => {
                let age = self.check_age(&signed, causes);
                (vec![Check::passed("signature"), age], None)
            }
            Err(rejection) => {
                let failed = Check::failed("signature", rejection.to_string());
                (vec![failed], Some(rejection.kind()))
            }
        }
    }

    /// Whether the timestamp of what verified is within the tolerance.
    fn check_age(&self, signed: &Signed, causes: &mut Vec<Cause>) -> Check {
        let Some(timestamp) = signed.claims.timestamp() else {
            return Check::skipped("timestamp", "the sender signs no time");
        };
        let now = self.now();
        let then = Duration::from_secs(timestamp.unix_seconds());
        let (behind, ahead) = (now.saturating_sub(then), then.saturating_sub(now));
        if behind <= self.past_tolerance && ahead <= self.future_tolerance {
            return Check::passed("timestamp");
        }
        let looks_like_milliseconds = Duration::from_secs(then.as_secs() / 1000);
        let cause = if looks_like_milliseconds.abs_diff(now) < CAPTURE_AGE {
            let proof = "The signature matches, and the timestamp divided by 1000 is a time of today.";
            Cause::new(CauseKind::TimestampMilliseconds, proof)
        } else if behind > CAPTURE_AGE {
            let hours = behind.as_secs() / 3600;
            let proof = format!("The signature matches, and the timestamp is {hours} hours old.");
            Cause::new(CauseKind::ReplayedCapture, proof)
        } else {
            let (seconds, direction) = if ahead.is_zero() {
                (behind.as_secs(), "behind")
            } else {
                (ahead.as_secs(), "ahead of")
            };
            let proof = format!(
                "The signature matches, and the sender's timestamp is {seconds} seconds {direction} this machine's clock."
            );
            Cause::new(CauseKind::Clock, proof)
        };
        let detail = cause.proof.clone();
        causes.push(cause);
        Check::failed("timestamp", detail)
    }

    fn causes(&self, head: &Parts, body: &Bytes, rejection: RejectionKind) -> Vec<Cause> {
        if let Some(found) = self.search(head, body) {
            let mut causes = found.causes;
            self.check_age(&found.signed, &mut causes);
            causes.truncate(MAX_CAUSES);
            return causes;
        }
        let mut causes: Vec<Cause> = [
            self.truncated(head, body),
            self.inflated(head, body),
            self.relay(head),
            self.other_provider(head),
            self.only_v1a(head),
            self.header_missing(head, rejection),
        ]
        .into_iter()
        .flatten()
        .take(MAX_CAUSES)
        .collect();
        if causes.is_empty() {
            let proof = "No secret that was given and no usual change on the way makes the signature match.";
            causes.push(Cause::new(CauseKind::Forged, proof));
        }
        causes
    }

    /// Undoes one thing, then two at once, until the signature matches.
    fn search(&self, head: &Parts, body: &Bytes) -> Option<Found> {
        let mut budget = MAX_HASHED;
        let keys = self.key_variants();
        let heads = head_variants(&self.scheme, &head.headers);
        let configured = self.keys(&self.secrets);
        let mut attempt = |headers: &HeaderMap, body: &[u8], keys: Option<&SchemeKeys>| {
            budget = budget.checked_sub(body.len() + 64)?;
            let body = Bytes::copy_from_slice(body);
            self.verify(head, headers, &body, keys).ok()
        };
        let found = |signed: Signed, undone: Undone| Found {
            signed,
            causes: told(undone),
        };

        for (keys, undone) in &keys {
            if let Some(signed) = attempt(&head.headers, body, Some(keys)) {
                return Some(found(signed, undone.clone()));
            }
        }
        for variant in &heads {
            if let Some(signed) = attempt(&variant.headers, body, configured.as_ref()) {
                let undone = vec![(variant.cause, variant.undone.clone())];
                return Some(found(signed, undone));
            }
        }
        let bodies = || self.truncations(head, body).into_iter().chain(body_variants(body).map(|variant| {
            (variant.body, (variant.cause, variant.undone))
        }));
        for (variant, undone) in bodies() {
            if let Some(signed) = attempt(&head.headers, &variant, configured.as_ref()) {
                return Some(found(signed, vec![undone]));
            }
        }
        for variant in &heads {
            for (keys, undone) in &keys {
                if let Some(signed) = attempt(&variant.headers, body, Some(keys)) {
                    let mut undone = undone.clone();
                    undone.push((variant.cause, variant.undone.clone()));
                    return Some(found(signed, undone));
                }
            }
        }
        for (changed, of_body) in bodies() {
            for (keys, undone) in &keys {
                if let Some(signed) = attempt(&head.headers, &changed, Some(keys)) {
                    let mut undone = undone.clone();
                    undone.push(of_body.clone());
                    return Some(found(signed, undone));
                }
            }
            for variant in &heads {
                if let Some(signed) = attempt(&variant.headers, &changed, configured.as_ref()) {
                    let undone = vec![(variant.cause, variant.undone.clone()), of_body.clone()];
                    return Some(found(signed, undone));
                }
            }
        }
        None
    }

    /// Keys that may have signed, in place of the configured ones.
    fn key_variants(&self) -> Vec<(SchemeKeys, Undone)> {
        let mut variants = Vec::new();
        for (secrets, cause, words) in [
            (&self.retired, CauseKind::RetiredSecret, "with a secret that was given as retired"),
            (&self.other, CauseKind::OtherSecret, "with a secret that was given as another's"),
        ] {
            for secret in secrets {
                let undone = vec![(cause, words.to_owned())];
                if let Some(keys) = self.keys(std::slice::from_ref(secret)) {
                    variants.push((keys, undone.clone()));
                }
                for variant in secret_variants(secret) {
                    if let Some(keys) = self.keys_of(&variant.key) {
                        variants.push((keys, undone.clone()));
                    }
                }
            }
        }
        for secret in &self.secrets {
            let (_, text) = self.scheme.split_key_id(secret);
            for variant in secret_variants(text) {
                if let Some(keys) = self.keys_of(&variant.key) {
                    let words = variant.undone.into_iter();
                    let undone = words
                        .map(|(cause, words)| (cause, format!("with the secret {words}")))
                        .collect();
                    variants.push((keys, undone));
                }
            }
        }
        variants
    }

    fn keys_of(&self, key: &VariantKey) -> Option<SchemeKeys> {
        match key {
            VariantKey::Text(text) => self.keys(std::slice::from_ref(text)),
            VariantKey::Bytes(bytes) => self.scheme.keys_of_bytes(bytes),
        }
    }

    /// The body as long as it was announced.
    fn truncations<'b>(
        &self,
        head: &Parts,
        body: &'b Bytes,
    ) -> Vec<(Cow<'b, [u8]>, (CauseKind, String))> {
        let announced = announced_length(head).filter(|announced| *announced < body.len());
        announced
            .map(|announced| {
                let undone = format!(
                    "cut to its announced {announced} of {} bytes",
                    body.len()
                );
                (
                    Cow::Borrowed(&body[..announced]),
                    (CauseKind::BodyTruncated, undone),
                )
            })
            .into_iter()
            .collect()
    }

    fn truncated(&self, head: &Parts, body: &Bytes) -> Option<Cause> {
        let announced = announced_length(head).filter(|announced| *announced != body.len())?;
        let proof = format!(
            "`content-length` announces {announced} bytes, and the body has {}.",
            body.len()
        );
        Some(Cause::new(CauseKind::BodyTruncated, proof))
    }

    /// What was signed cannot be made again: two programs compress alike only by chance.
    fn inflated(&self, head: &Parts, body: &Bytes) -> Option<Cause> {
        let encoding = head.headers.get(CONTENT_ENCODING)?.to_str().ok()?;
        let is_compressed = std::str::from_utf8(body).is_err();
        if encoding.eq_ignore_ascii_case("identity") || is_compressed {
            return None;
        }
        let proof = format!(
            "`content-encoding` is `{encoding}`, and the body of {} bytes is not compressed: it was inflated on the way.",
            body.len()
        );
        Some(Cause::new(CauseKind::BodyCompressed, proof))
    }

    fn relay(&self, head: &Parts) -> Option<Cause> {
        let (header, relay) = marks::relay(&head.headers)?;
        let proof = format!("The header `{header}` is one that {relay} adds.");
        Some(Cause::new(CauseKind::Relay, proof))
    }

    fn other_provider(&self, head: &Parts) -> Option<Cause> {
        let own = self.scheme.headers();
        if own.iter().any(|name| head.headers.contains_key(name)) {
            return None;
        }
        let is_read = |header: &str| own.iter().any(|name| name == header);
        let (header, provider) = marks::other_provider(&head.headers, is_read)?;
        let proof = format!(
            "The header `{header}` of {provider} is there, and none that the scheme `{}` reads.",
            self.scheme.name()
        );
        Some(Cause::new(CauseKind::OtherProvider, proof))
    }

    /// Standard Webhooks only: the list has signatures of one version, and the keys are of the other.
    fn only_v1a(&self, head: &Parts) -> Option<Cause> {
        let lines = self.scheme.signature_headers();
        let versions = |version: &[u8]| {
            lines
                .iter()
                .flat_map(|name| head.headers.get_all(name))
                .flat_map(|line| line.as_bytes().split(|byte| *byte == b' '))
                .any(|entry| entry.starts_with(version))
        };
        let (has_v1, has_v1a) = (versions(b"v1,"), versions(b"v1a,"));
        let is_public = |secret: &Zeroizing<String>| {
            let text = secret.trim();
            text.contains("whpk_") || text.contains("PUBLIC KEY")
        };
        let has_public = self.secrets.iter().any(is_public);
        let has_secret = self.secrets.iter().any(|secret| !is_public(secret));
        let proof = match (has_v1, has_v1a) {
            (false, true) if !has_public => {
                "The list has only Ed25519 signatures (`v1a`), and no public key is configured."
            }
            (true, false) if has_public && !has_secret => {
                "The list has only HMAC signatures (`v1`), and only a public key is configured."
            }
            _ => return None,
        };
        Some(Cause::new(CauseKind::OnlyV1a, proof))
    }

    fn header_missing(&self, head: &Parts, rejection: RejectionKind) -> Option<Cause> {
        if rejection != RejectionKind::MissingSignatureHeaders {
            return None;
        }
        let missing = self.scheme.missing_headers(&head.headers);
        if missing.is_empty() {
            return None;
        }
        let names: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
        let proof = format!("The request has no {}.", names.join(", no "));
        Some(Cause::new(CauseKind::HeaderMissing, proof))
    }

    fn verify(
        &self,
        head: &Parts,
        headers: &HeaderMap,
        body: &Bytes,
        keys: Option<&SchemeKeys>,
    ) -> Result<Signed, crate::error::Rejection> {
        let keys = keys.ok_or(RejectionKind::SignatureMismatch)?;
        let mut parts = head.clone();
        parts.headers = headers.clone();
        let request = RequestHead::from(&parts);
        let reading = self.scheme.read_head(&request, keys, self.dots)?;
        let mut check = reading.start(keys);
        check.update(body);
        check.finish(&self.scheme, headers, body)
    }

    /// The keys of texts, leaving out those that are none.
    fn keys(&self, texts: &[Zeroizing<String>]) -> Option<SchemeKeys> {
        let readable: Vec<KeyInput> = texts
            .iter()
            .map(|text| KeyInput::from(text.as_str()))
            .filter(|input| self.scheme.keys(std::slice::from_ref(input)).is_ok())
            .collect();
        self.scheme.keys(&readable).ok()
    }

    fn now(&self) -> Duration {
        self.now.unwrap_or_else(|| {
            use crate::message::{Clock, SystemClock};
            SystemClock.unix_time()
        })
    }
}

/// The causes, with proofs that are sentences.
fn told(undone: Undone) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    let all: Vec<_> = undone.iter().map(|(_, words)| words.as_str()).collect();
    let all = all.join(", and ");
    for (kind, _) in &undone {
        if !causes.iter().any(|cause| cause.kind == *kind) {
            causes.push(Cause::new(*kind, format!("The signature matches {all}.")));
        }
    }
    causes
}

fn announced_length(head: &Parts) -> Option<usize> {
    let line = head.headers.get(CONTENT_LENGTH)?;
    line.to_str().ok()?.trim().parse().ok()
}

/// Shows no secret.
impl fmt::Debug for Explainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explainer")
            .field("scheme", &self.scheme)
            .field("secrets", &self.secrets.len())
            .finish_non_exhaustive()
    }
}
