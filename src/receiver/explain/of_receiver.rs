//! Explanations with what a receiver was configured with.

use std::time::Duration;

use http::request::Parts;

use super::{Cause, CauseKind, Check, Explainer, Explanation, Outcome};
use crate::{
    error::{Rejection, RejectionKind},
    event::WebhookEvent,
    message::{RequestHead, Timestamp},
    receiver::Receiver,
};

/// The checks of the head before the signature, in their order, with the rejections that they cause.
const HEAD_CHECKS: [(&str, &[RejectionKind]); 4] = [
    ("method", &[RejectionKind::MethodNotAllowed]),
    (
        "source_ip",
        &[
            RejectionKind::SourceIpUnknown,
            RejectionKind::SourceIpNotAllowed,
        ],
    ),
    ("tenant", &[RejectionKind::UnknownTenant]),
    (
        "header_token",
        &[
            RejectionKind::HeaderTokenMissing,
            RejectionKind::HeaderTokenMismatch,
        ],
    ),
];

impl Receiver {
    /// Explains why a request is rejected: the checks with their verdicts, and the causes that can be proven.
    ///
    /// A tool of development: it hashes the body some hundred times. Do not call it for every request of a stranger in
    /// production, and never show its findings to a sender.
    ///
    /// ```
    /// use tower_webhook::{Receiver, Timestamp, testing::Signer};
    ///
    /// let receiver = Receiver::builder("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").build()?;
    /// let signer = Signer::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    ///
    /// let an_hour_ago = Timestamp::from_unix_seconds(Timestamp::now().unix_seconds() - 3600);
    /// let (head, _) = signer.request("msg_1", an_hour_ago, "{}").into_parts();
    /// let explanation = receiver.explain(&head, "{}");
    /// assert_eq!(explanation.causes()[0].kind().as_str(), "clock");
    ///
    /// let (head, _) = signer.request("msg_1", Timestamp::now(), "{}").into_parts();
    /// assert!(receiver.explain(&head, "{}").causes().is_empty());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, head: &Parts, body: impl AsRef<[u8]>) -> Explanation {
        self.explain_after(head, body, Duration::ZERO)
    }

    /// As [`explain`](Self::explain), for a request that arrived `elapsed` ago: its age is judged as it was then.
    pub fn explain_after(
        &self,
        head: &Parts,
        body: impl AsRef<[u8]>,
        elapsed: Duration,
    ) -> Explanation {
        let body = body.as_ref();
        let now = self.settings.clock.unix_time();
        let explainer = self.explainer(head).at(now.saturating_sub(elapsed).into());
        let rejection = self.check_head(head).err();
        let mut first = Vec::new();
        for (name, kinds) in HEAD_CHECKS {
            match &rejection {
                Some(rejection) if kinds.contains(&rejection.kind()) => {
                    let detail = facts(rejection);
                    first.push(Check::failed(name, detail.clone()));
                    let mut explanation = explainer.explain(head, body).with_first(first);
                    if name == "source_ip" {
                        explanation.put_first(Cause::new(CauseKind::SourceIp, detail));
                    }
                    return explanation;
                }
                _ => first.push(Check::passed(name)),
            }
        }
        explainer.explain(head, body).with_first(first)
    }

    /// As [`explain`](Self::explain), and decodes a verified body as `E`, to show where it does not parse.
    pub fn explain_event<E: WebhookEvent>(
        &self,
        head: &Parts,
        body: impl AsRef<[u8]>,
    ) -> Explanation {
        self.explain_event_after::<E>(head, body, Duration::ZERO)
    }

    /// As [`explain_event`](Self::explain_event), for a request that arrived `elapsed` ago.
    pub fn explain_event_after<E: WebhookEvent>(
        &self,
        head: &Parts,
        body: impl AsRef<[u8]>,
        elapsed: Duration,
    ) -> Explanation {
        let body = body.as_ref();
        let mut explanation = self.explain_after(head, body, elapsed);
        let is_verified = explanation
            .checks()
            .iter()
            .any(|check| check.name() == "signature" && check.outcome() == Outcome::Passed);
        if !is_verified {
            return explanation;
        }
        let verified = self.verify_stored(head, bytes::Bytes::copy_from_slice(body));
        match verified.and_then(super::super::Verified::open::<E>) {
            Ok(_) => explanation.push(Check::passed("event"), None),
            Err(rejection) => {
                let detail = facts(&rejection);
                let cause = Cause::new(CauseKind::Event, detail.clone());
                explanation.push(Check::failed("event", detail), Some(cause));
            }
        }
        explanation
    }

    /// An [`Explainer`] with the scheme, the secrets, the tolerance and the clock of this receiver, to which secrets for
    /// comparison can be added.
    pub fn explainer(&self, head: &Parts) -> Explainer {
        let settings = &self.settings;
        let now = settings.clock.unix_time().as_secs();
        let mut explainer = Explainer::new(settings.scheme.clone())
            .at(Timestamp::from_unix_seconds(now))
            .tolerances(settings.tolerance.past, settings.tolerance.future)
            .dots(settings.dots_in_message_id);
        if let Ok(secrets) = settings.secrets_for(&RequestHead::from(head)) {
            for text in &secrets.texts.current {
                explainer = explainer.secret(text.as_str());
            }
            for text in &secrets.texts.retired {
                explainer = explainer.retired_secret(text.as_str());
            }
        }
        explainer
    }
}

/// What is known of a rejection, in a sentence.
fn facts(rejection: &Rejection) -> String {
    match rejection.detail() {
        Some(detail) => format!("{rejection}: {detail}."),
        None => format!("{rejection}."),
    }
}
