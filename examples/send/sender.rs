//! Signs and sends.

use std::{
    error::Error,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use reqwest::{Client, Url, redirect::Policy};
use tower_webhook::{Timestamp, testing::Signer};

/// Svix waits this long for an answer.
const TIMEOUT: Duration = Duration::from_secs(15);

/// What became of one delivery.
pub(crate) struct Answer {
    /// The status, or why there is none.
    pub(crate) status: Result<StatusCode, String>,
    /// From the first byte sent to the last byte received.
    pub(crate) latency: Duration,
}

/// Sends each of `total` deliveries once, however many tasks take from it.
pub(crate) struct Sender {
    client: Client,
    url: Url,
    signer: Signer,
    headers: HeaderMap,
    payloads: Vec<Bytes>,
    ids: MessageIds,
    total: usize,
    taken: AtomicUsize,
}

impl Sender {
    /// A sender that sends each of `payloads` `count` times, with `headers` beside the signature.
    pub(crate) fn new(
        url: Url,
        signer: Signer,
        headers: HeaderMap,
        fixed_id: Option<String>,
        payloads: Vec<Bytes>,
        count: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let total = payloads
            .len()
            .checked_mul(count)
            .ok_or("--count is too large")?;
        Ok(Self {
            // Senders do not follow redirects: they count as failures.
            client: Client::builder()
                .redirect(Policy::none())
                .timeout(TIMEOUT)
                .build()?,
            url,
            signer,
            headers,
            payloads,
            ids: MessageIds::new(fixed_id),
            total,
            taken: AtomicUsize::new(0),
        })
    }

    /// How many deliveries there are.
    pub(crate) fn total(&self) -> usize {
        self.total
    }

    /// Sends the next delivery; `None` when there is none left.
    pub(crate) async fn send_next(&self) -> Option<Answer> {
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        if number >= self.total {
            return None;
        }
        let payload = self.payloads.get(number % self.payloads.len())?;
        let signed = self.signer.request(
            &self.ids.of(number),
            Timestamp::from(SystemTime::now()),
            payload.clone(),
        );
        let request = self
            .client
            .post(self.url.clone())
            .headers(signed.headers().clone())
            .headers(self.headers.clone())
            .body(payload.clone());

        let start = Instant::now();
        let status = answer(request)
            .await
            .map_err(|error| innermost(&error).to_string());
        Some(Answer {
            status,
            latency: start.elapsed(),
        })
    }
}

async fn answer(request: reqwest::RequestBuilder) -> reqwest::Result<StatusCode> {
    let response = request.send().await?;
    let status = response.status();
    response.bytes().await?;
    Ok(status)
}

/// The outer errors only say that a request failed.
fn innermost<'e>(error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
    error.source().map_or(error, innermost)
}

/// A new message id for each delivery, or always the same.
enum MessageIds {
    Fixed(String),
    New { run: u128 },
}

impl MessageIds {
    fn new(fixed: Option<String>) -> Self {
        fixed.map_or_else(
            || Self::New {
                run: SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .map_or(0, |time| time.as_nanos()),
            },
            Self::Fixed,
        )
    }

    fn of(&self, number: usize) -> String {
        match self {
            Self::Fixed(id) => id.clone(),
            Self::New { run } => format!("msg_{run:x}_{number}"),
        }
    }
}
