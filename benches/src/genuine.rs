//! One genuine delivery, and the receiver that it is for.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tower_webhook::{Receiver, Timestamp, scheme::HeaderFamily, testing::Signer};

pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub const OLD_SECRETS: [&str; 2] = [
    "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    "whsec_plJ3nmyCDGBKInavdOK15jsl",
];
pub const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";

/// As late as the tolerance allows: the peers read the system's clock, and a run takes minutes.
const AHEAD: Duration = Duration::from_secs(280);

pub fn timestamp() -> Timestamp {
    Timestamp::from(SystemTime::now() + AHEAD)
}

pub fn receiver() -> Receiver {
    Receiver::builder([SECRET])
        .max_body_bytes(2 * 1024 * 1024)
        .build()
        .expect("a configuration")
}

pub fn body(bytes: usize) -> Bytes {
    Bytes::from(vec![b'a'; bytes])
}

pub fn request(body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    request_of(HeaderFamily::Svix, body)
}

pub fn request_of(family: HeaderFamily, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let signer = Signer::new(SECRET).expect("a secret");
    signer.header_family(family).request(ID, timestamp(), body)
}
