use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::EndOfBody;

pin_project! {
    /// The body of the layer's responses: that of the inner service, or the layer's own.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        origin: Origin<B>,
    }
}

pin_project! {
    #[derive(Debug)]
    #[project = OriginProj]
    enum Origin<B> {
        Inner {
            #[pin]
            body: B,
            // What there is to settle when the body has ended.
            end: Option<EndOfBody>,
        },
        Layer { body: Bytes },
    }
}

impl<B> ResponseBody<B> {
    pub(in crate::layer) fn of_inner(body: B, end: Option<EndOfBody>) -> Self {
        Self {
            origin: Origin::Inner { body, end },
        }
    }

    pub(in crate::layer) fn of_layer(body: Bytes) -> Self {
        Self {
            origin: Origin::Layer { body },
        }
    }
}

/// An empty body of the layer's own, as time-out layers outside need one.
impl<B> Default for ResponseBody<B> {
    fn default() -> Self {
        Self::of_layer(Bytes::new())
    }
}

impl<B: Body<Data = Bytes>> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().origin.project() {
            OriginProj::Inner { body, end: None } => body.poll_frame(cx),
            OriginProj::Inner {
                body,
                end: Some(end),
            } => end.poll_frame(body, cx),
            OriginProj::Layer { body } => {
                let body = std::mem::take(body);
                Poll::Ready((!body.is_empty()).then(|| Ok(Frame::data(body))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.origin {
            Origin::Inner { body, end: None } => body.is_end_stream(),
            Origin::Inner {
                body,
                end: Some(end),
            } => end.is_end_stream(body),
            Origin::Layer { body } => body.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.origin {
            Origin::Inner { body, .. } => body.size_hint(),
            Origin::Layer { body } => SizeHint::with_exact(body.len() as u64),
        }
    }
}
