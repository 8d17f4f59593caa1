//! Why a request was rejected, in the log: a tool of development.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::MethodRouter,
};
use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::{task::spawn_blocking, time::timeout};
use tower_webhook::{Receiver, Rejection, RejectionKind, event::WebhookEvent};

use crate::server::Throttle;

/// An explanation hashes the body some hundred times, and strangers cause it.
const INTERVAL: Duration = Duration::from_secs(1);
/// For the rest of a body whose head was rejected: its response waits for it.
const REST: Duration = Duration::from_secs(1);
/// Longer bodies are not explained, in bytes.
const MAX_RECORDED: usize = 1024 * 1024;

#[derive(Clone)]
struct Explaining {
    receiver: Receiver,
    throttle: Arc<Throttle>,
}

/// Explains what a route rejects, from outside of its webhook layer.
pub(crate) fn rejections_of<E: WebhookEvent>(
    route: MethodRouter,
    receiver: Receiver,
) -> MethodRouter {
    let throttle = Arc::new(Throttle::every(INTERVAL));
    let explaining = Explaining { receiver, throttle };
    route.layer(from_fn_with_state(explaining, explain::<E>))
}

async fn explain<E: WebhookEvent>(
    State(Explaining { receiver, throttle }): State<Explaining>,
    request: Request,
    next: Next,
) -> Response {
    let (head, body) = request.into_parts();
    let mut recorded = Recorded::of(body);
    let passed_on = Request::from_parts(head.clone(), Body::new(recorded.clone()));
    let response = next.run(passed_on).await;
    let rejection = response.extensions().get().map(Rejection::kind);
    if !rejection.is_some_and(can_be_explained) {
        return response;
    }
    let Some(left_out) = throttle.admit() else {
        return response;
    };
    // What breaks off is explained as far as it came.
    let rest = async { while let Some(Ok(_)) = recorded.frame().await {} };
    let is_complete = timeout(REST, rest).await.is_ok();
    if let Some(body) = recorded.bytes().filter(|_| is_complete) {
        spawn_blocking(move || {
            let explanation = receiver.explain_event::<E>(&head, body);
            match serde_json::to_string(&explanation) {
                Ok(explanation) => tracing::warn!(%explanation, left_out, "rejected"),
                Err(error) => tracing::error!(%error, "a rejection could not be explained"),
            }
        });
    } else {
        tracing::warn!(
            left_out,
            "a rejection is not explained: its body is too long or too slow"
        );
    }
    response
}

/// Not what became of a genuine message, such as that it was handled before.
fn can_be_explained(kind: RejectionKind) -> bool {
    let is_of_the_event = matches!(
        kind,
        RejectionKind::MalformedEvent
            | RejectionKind::DecryptionKeyMissing
            | RejectionKind::DecryptionFailed
            | RejectionKind::EncryptionRequired
    );
    is_of_the_event || (!kind.is_verified() && kind != RejectionKind::Overloaded)
}

/// A body that keeps what is read of it. Its clones read the same one.
#[derive(Clone)]
struct Recorded(Arc<Mutex<Recording>>);

struct Recording {
    body: Body,
    frames: Vec<Bytes>,
    len: usize,
}

impl Recorded {
    fn of(body: Body) -> Self {
        Self(Arc::new(Mutex::new(Recording {
            body,
            frames: Vec::new(),
            len: 0,
        })))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Recording) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What was read, if it is not too long.
    fn bytes(&self) -> Option<Bytes> {
        self.with(|recording| {
            let whole = || {
                let mut whole = BytesMut::with_capacity(recording.len);
                for frame in &recording.frames {
                    whole.extend_from_slice(frame);
                }
                whole.freeze()
            };
            (recording.len <= MAX_RECORDED).then(whole)
        })
    }
}

impl Recording {
    fn keep(&mut self, data: &Bytes) {
        self.len = self.len.saturating_add(data.len());
        if self.len <= MAX_RECORDED {
            self.frames.push(data.clone());
        } else {
            self.frames.clear();
        }
    }
}

impl http_body::Body for Recorded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.with(|recording| {
            let frame = ready!(Pin::new(&mut recording.body).poll_frame(cx));
            if let Some(Ok(frame)) = &frame {
                if let Some(data) = frame.data_ref() {
                    recording.keep(data);
                }
            }
            Poll::Ready(frame)
        })
    }

    fn is_end_stream(&self) -> bool {
        self.with(|recording| recording.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.with(|recording| recording.body.size_hint())
    }
}
