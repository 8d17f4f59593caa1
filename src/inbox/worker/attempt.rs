//! One attempt: what is stored is verified again and handed to the target, and what comes of it is judged.

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header::RETRY_AFTER, response::Parts};
use http_body_util::Full;
use tokio::time::timeout;

use super::{
    Schedule,
    target::{Open, Target},
};
use crate::{
    error::rejection::RejectionKind,
    inbox::{Claimed, Failure, Fate},
    receiver::Receiver,
};

/// Longest reason that is stored, in characters.
const MAX_REASON_CHARS: usize = 500;

/// Claims that a task may lose before it counts as one that kills its process.
const MAX_LOST_LEASES: u32 = 10;

/// Which attempt a request is, in the request's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    number: u32,
    target: Arc<str>,
}

impl Attempt {
    /// 1 for the first attempt. An attempt whose process was killed is not counted.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The name of the target.
    pub fn target(&self) -> &str {
        &self.target
    }
}

/// How an attempt ended.
pub(super) enum Ended {
    Responded(Parts),
    /// An error, a panic or a time-out.
    Failed(String),
    /// It is not to be attempted, now or later.
    Rejected(String),
}

/// Verifies, opens and calls. May panic as the event type and the service may.
pub(super) async fn attempt(
    receiver: Receiver,
    target: Arc<Target>,
    open: Open,
    claimed: Claimed,
) -> Ended {
    let mut request = match verify(&receiver, open, &claimed).await {
        Ok(request) => request,
        Err(ended) => return ended,
    };
    request.extensions_mut().insert(Attempt {
        number: claimed.failed_attempts.saturating_add(1),
        target: Arc::clone(&target.name),
    });
    match timeout(target.timeout, (target.handler)(request)).await {
        Ok(Ok(response)) => Ended::Responded(response),
        Ok(Err(error)) => Ended::Failed(format!("the target failed: {error}")),
        Err(_) => Ended::Failed(format!("the target took longer than {:?}", target.timeout)),
    }
}

/// Nothing that is stored is believed: write access to the store does not take the secret.
async fn verify(
    receiver: &Receiver,
    open: Open,
    claimed: &Claimed,
) -> Result<Request<Full<Bytes>>, Ended> {
    let stored = &claimed.request;
    if claimed.lost_leases > MAX_LOST_LEASES {
        return Err(Ended::Rejected(format!(
            "given up: {} claims of it ended with their process",
            claimed.lost_leases
        )));
    }
    let Some(parts) = stored.head() else {
        return Err(rejected("the stored head is malformed"));
    };
    let body = stored.body.clone();
    let verified = receiver.verify_stored_async(&parts, body.clone()).await;
    let verified = verified.map_err(|rejection| match rejection.kind() {
        // Nothing is known of the message yet.
        RejectionKind::SecretsUnavailable => Ended::Failed(rejection.to_string()),
        _ => rejected(rejection),
    })?;
    // Else a genuine request could be copied, and handled again under another id.
    let is_its_own = if let Some(id) = verified.claimable_id() {
        id.as_str() == stored.message_id
    } else {
        let number = stored.message_id.strip_prefix(verified.id().as_str());
        number.is_some_and(|number| number.starts_with('.'))
    };
    if !is_its_own {
        return Err(rejected("the id is not the one that was signed"));
    }
    if verified.tenant().unwrap_or_default() != &*stored.tenant {
        return Err(rejected("the tenant is not the one whose secrets signed"));
    }
    let mut request = Request::from_parts(parts, Full::new(body));
    open(verified, request.extensions_mut()).map_err(rejected)?;
    Ok(request)
}

fn rejected(reason: impl std::fmt::Display) -> Ended {
    Ended::Rejected(format!("rejected: {reason}"))
}

/// What becomes of the task.
pub(super) fn judge(
    ended: Ended,
    failed_attempts: u32,
    schedule: &Schedule,
    now: Duration,
) -> Fate {
    let (status, reason, retry_after) = match ended {
        Ended::Rejected(reason) => return Fate::Dead(failure(None, reason)),
        Ended::Failed(reason) => (None, reason, Duration::ZERO),
        Ended::Responded(response) => {
            let status = response.status;
            if status.is_success() {
                return Fate::Done {
                    status: status.as_u16(),
                };
            }
            let reason = format!("the target responded {status}");
            let later = matches!(
                status,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
            );
            if status.is_client_error() && !later {
                return Fate::Dead(failure(Some(status), reason));
            }
            let asked = later.then(|| retry_after(&response.headers, now)).flatten();
            (Some(status), reason, asked.unwrap_or_default())
        }
    };
    match schedule.delay_after(failed_attempts.saturating_add(1)) {
        Some(delay) => Fate::Retry {
            after: delay.max(retry_after),
            failure: failure(status, reason),
        },
        None => Fate::Dead(failure(status, reason)),
    }
}

fn failure(status: Option<StatusCode>, reason: String) -> Failure {
    Failure {
        status: status.map(|status| status.as_u16()),
        reason: match reason.char_indices().nth(MAX_REASON_CHARS) {
            Some((end, _)) => reason.get(..end).unwrap_or_default().to_owned(),
            None => reason,
        },
    }
}

/// Seconds or a date (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap, now: Duration) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(UNIX_EPOCH).ok()?.saturating_sub(now))
}
