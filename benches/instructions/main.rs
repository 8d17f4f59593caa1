//! Runs one of the hottest paths a number of times, and nothing else inside of `measured`: `.ci/instructions` counts what
//! that executes.
//!
//! ```console
//! $ instructions            # lists the paths
//! $ instructions <path> <times>
//! ```

use std::{
    convert::Infallible,
    env,
    error::Error,
    future::{Ready, ready},
    hint::black_box,
    net::SocketAddr,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body_util::Full;
use tower::{Layer, Service};
use tower_webhook::{
    Receiver, Timestamp, WebhookLayer,
    decrypt::Aes256Cbc,
    provider::{Preset, PresetSettings},
    receiver::PeerAddr,
    testing::{Signer, sealed_envelope},
    voyado,
};

type Failure = Box<dyn Error>;
/// Runs a path so many times.
type Path = Box<dyn FnOnce(usize)>;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER_SECRETS: [&str; 2] = [
    "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    "whsec_plJ3nmyCDGBKInavdOK15jsl",
];
const DECRYPTION_KEY: &str = "DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const NOW: u64 = 1_700_000_000;
/// As large as a usual event.
const BODY_LEN: usize = 1024;

/// Prepares a path.
type Prepare = fn() -> Result<Path, Failure>;

const PATHS: [(&str, Prepare); 10] = [
    ("verify", || Ok(verify(receiver(&[SECRET])?, &genuine()?))),
    ("verify-three-secrets", || {
        let [first, second] = OTHER_SECRETS;
        Ok(verify(receiver(&[first, second, SECRET])?, &genuine()?))
    }),
    ("verify-github", || verify_preset("github")),
    ("verify-stripe", || verify_preset("stripe")),
    ("reject-forged", reject_forged),
    ("reject-head", reject_head),
    ("layer", || layer(genuine()?, true)),
    ("layer-reject-head", || layer(stale()?, false)),
    ("open-plain", || {
        open(voyado::EventType::ContactCreated.sample().to_owned())
    }),
    ("open-encrypted", || {
        let key = Aes256Cbc::new(DECRYPTION_KEY)?;
        let sample = voyado::EventType::ContactCreated.sample();
        let seal = |payload: &[u8]| key.seal(payload, [7; 16]);
        open(sealed_envelope(sample, seal)?)
    }),
];

fn main() -> Result<(), Failure> {
    let mut arguments = env::args().skip(1);
    let Some(name) = arguments.next() else {
        for (name, _) in PATHS {
            println!("{name}");
        }
        return Ok(());
    };
    let times = arguments.next().ok_or("how many times?")?.parse()?;
    let (_, path) = PATHS
        .iter()
        .find(|(known, _)| *known == name)
        .ok_or("no such path")?;
    path()?(times);
    Ok(())
}

/// What is counted: dropping the result is part of it.
#[inline(never)]
fn measured<I, O>(input: I, run: impl FnOnce(I) -> O) {
    drop(black_box(run(black_box(input))));
}

fn receiver(secrets: &[&str]) -> Result<Receiver, Failure> {
    Ok(Receiver::builder(secrets.to_vec())
        .clock(|| Duration::from_secs(NOW))
        .decrypt(Aes256Cbc::new(DECRYPTION_KEY)?)
        .build()?)
}

fn body() -> Bytes {
    Bytes::from(vec![b'a'; BODY_LEN])
}

fn genuine() -> Result<Request<Full<Bytes>>, Failure> {
    let now = Timestamp::from_unix_seconds(NOW);
    let mut request = Signer::new(SECRET)?.request(ID, now, body());
    // As a server hands it over.
    let peer = PeerAddr(SocketAddr::from(([203, 0, 113, 7], 443)));
    request.extensions_mut().insert(peer);
    Ok(request)
}

fn stale() -> Result<Request<Full<Bytes>>, Failure> {
    let mut request = genuine()?;
    let long_ago = HeaderValue::from_static("1614265330");
    request.headers_mut().insert("svix-timestamp", long_ago);
    Ok(request)
}

fn verify(receiver: Receiver, request: &Request<Full<Bytes>>) -> Path {
    let (headers, body) = (request.headers().clone(), body());
    Box::new(move |times| {
        for _ in 0..times {
            measured(body.clone(), |body| {
                let head = receiver.check_head(&headers);
                head.and_then(|head| head.check_signature(body))
                    .expect("a genuine request")
            });
        }
    })
}

fn verify_preset(slug: &str) -> Result<Path, Failure> {
    let preset = Preset::find(slug).ok_or("no such preset")?;
    let scheme = preset.scheme(&PresetSettings::new())?;
    let receiver = Receiver::builder(SECRET)
        .scheme(scheme.clone())
        .danger_accept_replays()
        .clock(|| Duration::from_secs(NOW))
        .build()?;
    let now = Timestamp::from_unix_seconds(NOW);
    let request = Signer::for_scheme(scheme, SECRET)?.request(ID, now, body());
    Ok(verify(receiver, &request))
}

fn reject_forged() -> Result<Path, Failure> {
    let (receiver, request) = (receiver(&[SECRET])?, genuine()?);
    let forged = Bytes::from(vec![b'b'; BODY_LEN]);
    Ok(Box::new(move |times| {
        for _ in 0..times {
            measured(forged.clone(), |forged| {
                let head = receiver.check_head(request.headers());
                head.and_then(|head| head.check_signature(forged))
                    .expect_err("a forged request")
            });
        }
    }))
}

fn reject_head() -> Result<Path, Failure> {
    let (receiver, request) = (receiver(&[SECRET])?, stale()?);
    Ok(Box::new(move |times| {
        for _ in 0..times {
            measured(request.headers(), |headers| {
                receiver.check_head(headers).expect_err("a stale request")
            });
        }
    }))
}

/// The layer around a service that responds at once, and one frame.
fn layer(request: Request<Full<Bytes>>, accepted: bool) -> Result<Path, Failure> {
    let layer = WebhookLayer::new(receiver(&[SECRET])?).inner_body();
    let mut service = layer.layer(Echo);
    Ok(Box::new(move |times| {
        for _ in 0..times {
            measured(request.clone(), |request| {
                let future = pin!(service.call(request));
                match future.poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(Ok(response)) => {
                        assert_eq!(response.status().is_success(), accepted);
                    }
                    _ => unreachable!("the whole body is there"),
                }
            });
        }
    }))
}

/// From a verified body to a typed event.
fn open(envelope: String) -> Result<Path, Failure> {
    let (receiver, envelope) = (receiver(&[SECRET])?, Bytes::from(envelope));
    let now = Timestamp::from_unix_seconds(NOW);
    let request = Signer::new(SECRET)?.request(ID, now, envelope.clone());
    Ok(Box::new(move |times| {
        for _ in 0..times {
            let head = receiver.check_head(request.headers());
            let verified = head
                .and_then(|head| head.check_signature(envelope.clone()))
                .expect("a genuine request");
            measured(verified, |verified| {
                let delivery = verified.open::<voyado::Event>();
                delivery.expect("a typed event")
            });
        }
    }))
}

/// Echoes the body.
#[derive(Clone, Copy)]
struct Echo;

impl Service<Request<Full<Bytes>>> for Echo {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        ready(Ok(Response::new(request.into_body())))
    }
}
