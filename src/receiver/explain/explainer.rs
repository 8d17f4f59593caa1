//! Finding the cause.

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, request::Parts};
use zeroize::Zeroizing;

use super::{
    Check, Explanation,
    cause::{Cause, CauseKind},
    evidence::{header_missing, inflated, only_v1a, other_provider, relay, truncated},
};
use crate::{
    error::RejectionKind,
    message::{RequestHead, Timestamp},
    scheme::{Claims, DotsInMessageId, KeyInput, Scheme, SchemeKeys, SignatureCheck},
};

/// Most causes of one explanation.
const MAX_CAUSES: usize = 3;
/// From there on, an old timestamp is a capture that was sent again.
const CAPTURE_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Explains why a request was rejected, given the secrets and, for comparison, those that should not have signed it.
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
    pub(super) scheme: Scheme,
    pub(super) secrets: Vec<Zeroizing<String>>,
    pub(super) retired: Vec<Zeroizing<String>>,
    pub(super) other: Vec<Zeroizing<String>>,
    now: Option<Duration>,
    past_tolerance: Duration,
    future_tolerance: Duration,
    dots: DotsInMessageId,
}

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
            Ok(claims) => {
                let age = self.check_age(&claims, causes);
                (vec![Check::passed("signature"), age], None)
            }
            Err(rejection) => {
                let mut detail = rejection.to_string();
                if let Some(unusable) = self.unusable_secret() {
                    detail.push_str("; ");
                    detail.push_str(&unusable);
                }
                let failed = Check::failed("signature", detail);
                (vec![failed], Some(rejection.kind()))
            }
        }
    }

    /// Whether the timestamp of what verified is within the tolerance.
    fn check_age(&self, claims: &Claims, causes: &mut Vec<Cause>) -> Check {
        let Some(timestamp) = claims.timestamp() else {
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
            let proof =
                "The signature matches, and the timestamp divided by 1000 is a time of today.";
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
            self.check_age(&found.claims, &mut causes);
            causes.truncate(MAX_CAUSES);
            return causes;
        }
        let mut causes: Vec<Cause> = [
            truncated(head, body),
            inflated(head, body),
            relay(head),
            other_provider(&self.scheme, head),
            only_v1a(&self.scheme, &self.secrets, head),
            header_missing(&self.scheme, head, rejection),
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

    pub(super) fn verify(
        &self,
        head: &Parts,
        headers: &HeaderMap,
        body: &Bytes,
        keys: Option<&SchemeKeys>,
    ) -> Result<Claims, crate::error::Rejection> {
        let keys = keys.ok_or(RejectionKind::SignatureMismatch)?;
        let mut parts = head.clone();
        parts.headers = headers.clone();
        let request = RequestHead::from(&parts);
        let reading = self.scheme.read_head(&request, keys, self.dots)?;
        let mut check = SignatureCheck::new();
        check.start(reading, keys);
        check.update(body);
        check.finish(&self.scheme, body)?;
        Ok(check.take_claims())
    }

    /// The keys of texts, leaving out those that are none.
    pub(super) fn keys(&self, texts: &[Zeroizing<String>]) -> Option<SchemeKeys> {
        let readable: Vec<KeyInput> = texts
            .iter()
            .map(|text| KeyInput::from(text.as_str()))
            .filter(|input| self.scheme.keys(std::slice::from_ref(input)).is_ok())
            .collect();
        self.scheme.keys(&readable).ok()
    }

    /// What is wrong with the first secret that is none of the scheme, and would be a configuration error of a receiver.
    fn unusable_secret(&self) -> Option<String> {
        let texts = self.secrets.iter();
        let given: Vec<KeyInput> = texts.map(|text| KeyInput::from(text.as_str())).collect();
        self.scheme
            .keys(&given)
            .err()
            .map(|error| error.to_string())
    }

    fn now(&self) -> Duration {
        self.now.unwrap_or_else(|| {
            use crate::message::{Clock, SystemClock};
            SystemClock.unix_time()
        })
    }
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
