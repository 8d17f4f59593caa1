//! Bodies in every shape, readiness, and what reaches the inner service.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header::FROM};
use http_body_util::{BodyExt, Full};
use tower::{Layer as _, ServiceBuilder, ServiceExt, limit::ConcurrencyLimitLayer, service_fn};
use tower_webhook::{Delivery, WebhookLayer, layer::RequestBody};

use super::{Frames, around, builder, echo, genuine, layer};

#[tokio::test]
async fn a_body_of_one_byte_frames_arrives_whole() {
    let text = r#"{"eventType":"contact.created"}"#;
    let frames = Frames::new(text.bytes().map(|byte| Ok(Bytes::from(vec![byte]))));
    let response = around(echo())
        .oneshot(genuine(text).map(|_| frames))
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let echoed = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(echoed, text);
}

#[tokio::test]
async fn a_body_of_one_frame_of_a_kibibyte_or_more_is_never_copied() {
    let body = Bytes::from(vec![b'a'; 4096]);
    let sent = body.as_ptr();
    let inner = service_fn(move |request: Request<Full<Bytes>>| async move {
        let delivery: Delivery<Bytes> = request.extensions().get().cloned().expect("a delivery");
        assert_eq!(delivery.body().as_ptr(), sent);
        let received = request.into_body().collect().await?.to_bytes();
        assert_eq!(received.as_ptr(), sent);
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    let response = around(inner).oneshot(genuine(body)).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn trailers_of_a_request_are_dropped() {
    for is_monitored in [false, true] {
        let mut layer = WebhookLayer::<Bytes>::new(builder().build().unwrap());
        if is_monitored {
            layer = layer.danger_monitor_only();
        }
        let seen = Arc::new(Mutex::new(None));
        let see = Arc::clone(&seen);
        let inner = service_fn(move |request: Request<RequestBody>| {
            let see = Arc::clone(&see);
            async move {
                let body = request.into_body().collect().await.unwrap();
                let trailers = body.trailers().cloned();
                *see.lock().unwrap() = Some((body.to_bytes(), trailers));
                Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
            }
        });
        let text = r#"{"eventType":"contact.created"}"#;
        let sent = if is_monitored { "{}" } else { text };
        let request = genuine(text).map(|_| {
            let trailers = HeaderMap::from_iter([(FROM, HeaderValue::from_static("somebody"))]);
            Full::new(Bytes::from(sent)).with_trailers(std::future::ready(Some(Ok(trailers))))
        });
        let response = layer.layer(inner).oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let seen = seen.lock().unwrap().take();
        assert_eq!(seen, Some((Bytes::from(sent), None)));
    }
}

/// What a server has read a connection into.
struct ReadBuffer {
    bytes: Vec<u8>,
    is_freed: Arc<AtomicBool>,
}

impl AsRef<[u8]> for ReadBuffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for ReadBuffer {
    fn drop(&mut self) {
        self.is_freed.store(true, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_kept_delivery_of_a_small_body_does_not_keep_what_the_server_read_it_into() {
    let is_freed = Arc::new(AtomicBool::new(false));
    let read = Bytes::from_owner(ReadBuffer {
        bytes: vec![b'a'; 423_000],
        is_freed: Arc::clone(&is_freed),
    });
    let kept = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&kept);
    let inner = service_fn(move |request: Request<Full<Bytes>>| {
        *keep.lock().unwrap() = request.extensions().get::<Delivery<Bytes>>().cloned();
        async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) }
    });
    let request = genuine(read.slice(..200));
    drop(read);
    let response = around(inner).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let kept = kept.lock().unwrap().take().expect("a delivery");
    assert_eq!(kept.body(), &vec![b'a'; 200]);
    assert!(is_freed.load(Ordering::Relaxed));
}

#[tokio::test]
async fn over_a_concurrency_limit_of_one_nothing_panics_and_every_delivery_is_handled() {
    let service = ServiceBuilder::new()
        .layer(layer())
        .layer(ConcurrencyLimitLayer::new(1))
        .service(echo());
    let deliveries: Vec<_> = (0..32)
        .map(|_| tokio::spawn(service.clone().oneshot(genuine("{}"))))
        .collect();
    for delivery in deliveries {
        assert_eq!(delivery.await.unwrap().unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn the_error_of_the_inner_service_passes_untouched() {
    let inner = service_fn(async |_: Request<Full<Bytes>>| {
        Err::<Response<Full<Bytes>>, _>("the database is gone")
    });
    let error = around(inner).oneshot(genuine("{}")).await.unwrap_err();
    assert_eq!(error, "the database is gone");
}

#[tokio::test]
async fn a_delivery_that_was_in_the_extensions_before_is_replaced() {
    let caught = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&caught);
    let inner = service_fn(move |request: Request<Full<Bytes>>| {
        let delivery: Option<Delivery<Bytes>> = request.extensions().get().cloned();
        *keep.lock().unwrap() = delivery;
        async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) }
    });
    let service = around(inner);
    service.clone().oneshot(genuine("first")).await.unwrap();
    let first = caught.lock().unwrap().take().expect("a delivery");
    let mut second = genuine("second");
    second.extensions_mut().insert(first);
    service.oneshot(second).await.unwrap();
    let delivery = caught.lock().unwrap().take().expect("a delivery");
    assert_eq!(delivery.body(), "second");
}

#[tokio::test]
async fn a_request_abandoned_midway_harms_nobody() {
    let service = around(echo());
    let endless = Frames::new([Ok(Bytes::from_static(b"{"))]).then_pending();
    let mut abandoned = polled_once(service.clone().oneshot(genuine("{}").map(|_| endless)));
    assert!(abandoned.as_mut().await.is_none());
    drop(abandoned);
    let response = service.oneshot(genuine("{}")).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

/// Polls a future once; `None` while it is pending.
fn polled_once<F: Future>(
    future: F,
) -> std::pin::Pin<Box<impl Future<Output = Option<F::Output>>>> {
    let mut future = Box::pin(future);
    Box::pin(std::future::poll_fn(move |cx| {
        std::task::Poll::Ready(match future.as_mut().poll(cx) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    }))
}
