//! A decompression layer outside of ours.

use std::{io::Write, sync::atomic::Ordering};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderValue, Request, StatusCode, header::CONTENT_ENCODING};
use tower::{Layer, ServiceExt};
use tower_http::decompression::RequestDecompressionLayer;
use tower_webhook::{Rejection, RejectionKind};

use super::{Frames, builder, echo, genuine, layer_of};

/// A genuine request whose body was compressed on the way, in frames of 1 KiB.
fn compressed(body: Vec<u8>) -> Request<Frames> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&body).unwrap();
    let bytes = encoder.finish().unwrap();
    let frames = bytes
        .chunks(1024)
        .map(|frame| Ok(Bytes::copy_from_slice(frame)));
    let frames = Frames::new(frames.collect::<Vec<_>>());
    let mut request = genuine(body).map(|_| frames);
    let gzip = HeaderValue::from_static("gzip");
    request.headers_mut().insert(CONTENT_ENCODING, gzip);
    request
}

/// The status and the reason, and how often the compressed body was polled.
async fn outcome(request: Request<Frames>) -> (StatusCode, Option<RejectionKind>, usize) {
    let polls = request.body().polls();
    let layer = layer_of(builder().max_body_bytes(64 * 1024));
    let service = RequestDecompressionLayer::new().layer(layer.layer(echo()));
    let response = service.oneshot(request).await.unwrap();
    let rejection: Option<&Rejection> = response.extensions().get();
    let kind = rejection.map(Rejection::kind);
    (response.status(), kind, polls.load(Ordering::Relaxed))
}

#[tokio::test]
async fn what_was_signed_before_it_was_compressed_is_accepted() {
    let (status, kind, _) = outcome(compressed(vec![b' '; 64 * 1024])).await;
    assert_eq!((status, kind), (StatusCode::OK, None));
}

#[tokio::test]
async fn a_bomb_is_refused_when_it_has_filled_the_limit_and_is_not_inflated_further() {
    let (status, kind, polls) = outcome(compressed(vec![0; 64 * 1024 * 1024])).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(kind, Some(RejectionKind::BodyTooLarge));
    assert!(polls <= 2, "{polls} KiB of it were read");
}

#[tokio::test]
async fn nothing_is_inflated_for_a_head_that_is_refused() {
    let mut unsigned = compressed(vec![0; 1024 * 1024]);
    unsigned.headers_mut().remove("svix-signature");
    let missing = Some(RejectionKind::MissingSignatureHeaders);
    let refused = outcome(unsigned).await;
    assert_eq!(refused, (StatusCode::BAD_REQUEST, missing, 0));
}
