//! The body that the inner service gets by default.

use bytes::Bytes;
use http_body::Body;
use http_body_util::BodyExt;
use tower_webhook::layer::RequestBody;

use crate::support::now;

/// Whether it ends here, and the lengths between which the rest of it is.
fn left(body: &RequestBody) -> (bool, u64, Option<u64>) {
    let hint = body.size_hint();
    (body.is_end_stream(), hint.lower(), hint.upper())
}

#[test]
fn it_is_one_frame_of_a_length_that_is_known_before_and_after() {
    let mut body = RequestBody::from(Bytes::from_static(b"12345"));
    assert_eq!(left(&body), (false, 5, Some(5)));
    let frame = now(body.frame()).expect("a frame").unwrap();
    assert_eq!(frame.into_data().unwrap(), "12345");
    assert_eq!(left(&body), (true, 0, Some(0)));
    assert_eq!(body.as_bytes(), "");
    assert!(now(body.frame()).is_none());
}

#[test]
fn an_empty_one_has_ended_and_has_no_frame() {
    let mut body = RequestBody::default();
    assert_eq!(left(&body), (true, 0, Some(0)));
    assert!(now(body.frame()).is_none());
}

#[test]
fn its_bytes_are_taken_without_a_copy() {
    let sent = Bytes::from(b"12345".to_vec());
    let bodies = [sent.clone(), sent.clone()].map(RequestBody::from);
    let [one, other] = bodies;
    for bytes in [one.into_bytes(), Bytes::from(other)] {
        assert_eq!(bytes, "12345");
        assert_eq!(bytes.as_ptr(), sent.as_ptr());
    }
}

#[test]
fn its_debug_shows_its_length_alone() {
    let body = RequestBody::from(Bytes::from_static(b"12345"));
    assert_eq!(format!("{body:?}"), "RequestBody { len: 5 }");
}
