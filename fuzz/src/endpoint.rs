//! The endpoint that the targets talk to: one with every check of the head.

use std::{
    net::SocketAddr,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http::request::Parts;
use tower_webhook::{
    Receiver, SourceIp,
    decrypt::Aes256Cbc,
    receiver::{PeerAddr, ReceiverBuilder, RequestHead, Secrets},
};

/// When the samples were signed, in seconds since the Unix epoch.
pub const NOW: u64 = 1_614_265_330;
/// The secret that the endpoint knows.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The decryption key that the endpoint knows.
pub const DECRYPTION_KEY: &str = "DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2";
/// The header in which the endpoint wants [`TOKEN`].
pub const TOKEN_HEADER: &str = "x-engage-token";
/// The header token that the endpoint knows.
pub const TOKEN: &str = "correct horse battery staple";
/// Requests with this header are nobody's.
pub const STRAY_HEADER: &str = "x-stray";
/// The largest body that the endpoint takes, in bytes.
pub const MAX_BODY_BYTES: usize = 1024;
/// The only address that may ask.
pub const ALLOWED: &str = "203.0.113.7";

static CLOCK: AtomicU64 = AtomicU64::new(NOW);

/// Sets the endpoint's clock, in seconds since the Unix epoch.
pub fn set_clock(seconds: u64) {
    CLOCK.store(seconds, Ordering::Relaxed);
}

/// What the endpoint's clock shows.
pub fn clock() -> Duration {
    Duration::from_secs(CLOCK.load(Ordering::Relaxed))
}

/// A receiver with every check of the head.
pub static RECEIVER: LazyLock<Receiver> = LazyLock::new(|| {
    let secrets = Secrets::builder([SECRET])
        .header_token(TOKEN_HEADER, [TOKEN])
        .decrypt(Aes256Cbc::new(DECRYPTION_KEY).expect("a key"))
        .build()
        .expect("secrets");
    let secrets = Arc::new(secrets);
    let unless_stray = move |head: &RequestHead<'_>| {
        let is_stray = head.headers().contains_key(STRAY_HEADER);
        (!is_stray).then(|| Arc::clone(&secrets))
    };
    Receiver::builder_with_source(unless_stray)
        .source_ip(SourceIp::allow([ALLOWED]))
        .max_body_bytes(MAX_BODY_BYTES)
        .clock(clock)
        .build()
        .expect("a configuration")
});

/// A receiver that checks nothing but the signature, at [`NOW`], for targets that are about what comes after it.
pub fn open_handed() -> ReceiverBuilder {
    Receiver::builder([SECRET]).clock(|| Duration::from_secs(NOW))
}

/// Says where a request comes from.
pub fn set_peer(parts: &mut Parts, address: &str) {
    let address = address.parse().expect("an address");
    let peer = PeerAddr(SocketAddr::new(address, 49_152));
    parts.extensions.insert(peer);
}
