//! Signs and sends.

use std::{
    error::Error,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header::CONTENT_TYPE};
use reqwest::{Client, Url};
use tower_webhook::testing::Signer;

use super::{SendArgs, payload::Payloads};
use crate::{client, failure::Failure, provider::ProviderArgs, time};

/// What became of one delivery.
pub(crate) struct Response {
    pub(crate) id: String,
    /// The type of a sample.
    pub(crate) event_type: Option<String>,
    /// The status, or why there is none.
    pub(crate) status: Result<StatusCode, String>,
    /// From the first byte sent to the last byte received.
    pub(crate) latency: Duration,
}

/// Sends each delivery once, however many tasks take from it.
pub(crate) struct Sender {
    client: Client,
    url: Url,
    signer: Signer,
    type_header: Option<HeaderName>,
    content_type: HeaderValue,
    headers: Vec<(HeaderName, HeaderValue)>,
    payloads: Payloads,
    ids: MessageIds,
    total: usize,
    taken: AtomicUsize,
}

impl Sender {
    pub(crate) fn new(args: &SendArgs) -> Result<Self, Failure> {
        let url = args.url()?;
        let scheme = args.provider.scheme_at(url.as_str())?;
        let signer = Signer::for_scheme(scheme.clone(), args.secret()?)
            .map_err(|error| Failure(format!("--secret (or SIGNING_SECRETS): {error}")))?
            .header_family(args.header_family());
        let payloads = Payloads::new(args)?;
        let total = payloads.len().checked_mul(args.count.get());
        let content_type = match args.provider.provider.as_str() {
            "twilio" if args.data.is_none() => "application/x-www-form-urlencoded",
            _ => "application/json",
        };
        let sender = Self {
            client: client::for_url(&url)?,
            signer,
            type_header: ProviderArgs::type_header(&scheme),
            content_type: HeaderValue::from_static(content_type),
            headers: args.headers()?,
            url,
            payloads,
            ids: MessageIds::new(args.id.clone()),
            total: total.ok_or("--count is too large")?,
            taken: AtomicUsize::new(0),
        };
        // A scheme that cannot sign is found before anything is sent.
        sender.signed(0)?;
        Ok(sender)
    }

    /// The scheme, host and port that it sends to; what else a URL has may be secret.
    pub(crate) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// How many deliveries there are.
    pub(crate) fn total(&self) -> usize {
        self.total
    }

    /// Sends the next delivery; `None` when there is none left.
    pub(crate) async fn send_next(&self) -> Result<Option<Response>, Failure> {
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        if number >= self.total {
            return Ok(None);
        }
        let Signed {
            id,
            event_type,
            url,
            headers,
            body,
        } = self.signed(number)?;
        let request = self.client.post(url).headers(headers).body(body);
        let start = Instant::now();
        let status = respond(request)
            .await
            .map_err(|error| innermost(&error).to_string());
        let latency = start.elapsed();
        Ok(Some(Response {
            id,
            event_type,
            status,
            latency,
        }))
    }

    fn signed(&self, number: usize) -> Result<Signed, Failure> {
        let id = self.ids.of(number);
        let (payload, event_type) = self.payloads.of(number, &id);
        let event_type = event_type.map(str::to_owned);
        let mut request = Request::new(payload);
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = self.url.as_str().parse()?;
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        // Where it is signed, it has to be there before.
        if let (Some(name), Some(event_type)) = (&self.type_header, &event_type) {
            headers.insert(name, event_type.parse()?);
        }
        self.signer.sign(&mut request, &id, time::now())?;
        let (head, body) = request.into_parts();
        let mut url = self.url.clone();
        // Twilio signs a digest of JSON within the query.
        url.set_query(head.uri.query());
        let mut headers = head.headers;
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        Ok(Signed {
            id,
            event_type,
            url,
            headers,
            body,
        })
    }
}

/// A delivery that is ready to be sent.
struct Signed {
    id: String,
    event_type: Option<String>,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
}

async fn respond(request: reqwest::RequestBuilder) -> reqwest::Result<StatusCode> {
    let response = request.send().await?;
    let status = response.status();
    response.bytes().await?;
    Ok(status)
}

/// The outer errors only say that a request failed.
pub(crate) fn innermost<'e>(error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
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
