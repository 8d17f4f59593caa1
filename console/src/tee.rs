//! A request's body that is copied while it is read.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

/// Most bytes of a request's body that are kept, as many as a receiver reads by default.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// What was read of a body.
#[derive(Default)]
pub(crate) struct Taken {
    bytes: Vec<u8>,
    fate: Fate,
    /// What the handler left unread.
    rest: Option<Body>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Fate {
    #[default]
    Open,
    Whole,
    /// Too long, or it broke off.
    Cut,
}

/// A body that passes on what `body` has, and keeps a copy.
pub(crate) fn tee(body: Body, taken: &Arc<Mutex<Taken>>) -> Body {
    if body.is_end_stream() {
        lock(taken).fate = Fate::Whole;
        return body;
    }
    let expected = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    // What is announced need not come.
    lock(taken).bytes.reserve(expected.min(16 * 1024));
    Body::new(Tee {
        body,
        taken: Arc::clone(taken),
    })
}

/// Reads what nobody read; `None` if there is nothing.
pub(crate) fn read_rest(
    taken: &Arc<Mutex<Taken>>,
) -> Option<impl Future<Output = ()> + Send + use<>> {
    let mut rest = lock(taken).rest.take()?;
    let taken = Arc::clone(taken);
    Some(async move {
        loop {
            let frame = std::future::poll_fn(|cx| Pin::new(&mut rest).poll_frame(cx)).await;
            let mut taken = lock(&taken);
            taken.keep(frame.as_ref().map(Result::as_ref));
            if taken.fate != Fate::Open {
                return;
            }
        }
    })
}

/// The copy, and whether it is the whole body.
pub(crate) fn take(taken: &Mutex<Taken>) -> (Bytes, bool) {
    let mut taken = lock(taken);
    let is_whole = taken.fate == Fate::Whole;
    (std::mem::take(&mut taken.bytes).into(), is_whole)
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Taken {
    fn keep(&mut self, frame: Option<Result<&Frame<Bytes>, &axum::Error>>) {
        if self.fate != Fate::Open {
            return;
        }
        match frame {
            None => self.fate = Fate::Whole,
            Some(Err(_)) => self.fate = Fate::Cut,
            Some(Ok(frame)) => {
                let Some(data) = frame.data_ref() else { return };
                let room = MAX_BODY_BYTES - self.bytes.len();
                self.bytes.extend_from_slice(&data[..data.len().min(room)]);
                if data.len() > room {
                    self.fate = Fate::Cut;
                }
            }
        }
    }
}

struct Tee {
    body: Body,
    taken: Arc<Mutex<Taken>>,
}

impl HttpBody for Tee {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        lock(&self.taken).keep(frame.as_ref().map(Result::as_ref));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Tee {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if taken.fate == Fate::Open {
            if self.body.is_end_stream() {
                taken.fate = Fate::Whole;
            } else {
                taken.rest = Some(std::mem::take(&mut self.body));
            }
        }
    }
}
