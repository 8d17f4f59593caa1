//! A system that deliveries are forwarded to, with its moods.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header::RETRY_AFTER};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, task::JoinSet, time::sleep};
use tower_webhook::Receiver;

use super::{
    book::Book,
    moods::{Mood, Moods},
    sender::number_of,
};

/// The secret that it shares with the receiver, which is not the sender's.
pub(super) const SECRET: &str = "whsec_dG93ZXItd2ViaG9vaywgbG9hZCwgdGFyZ2V0Lg==";

/// It and its connections end when it is dropped.
pub(super) struct Target {
    address: SocketAddr,
    shared: Arc<Shared>,
    _serving: JoinSet<()>,
}

struct Shared {
    /// Which target of its receiver it is.
    number: usize,
    verifier: Receiver,
    moods: Moods,
    book: Arc<Book>,
    attempts: AtomicU64,
}

impl Target {
    pub(super) async fn start(number: usize, moods: Moods, book: Arc<Book>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a free port");
        let shared = Arc::new(Shared {
            number,
            verifier: Receiver::builder([SECRET]).build().expect("a secret"),
            moods,
            book,
            attempts: AtomicU64::new(0),
        });
        let address = listener.local_addr().expect("an address");
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, Arc::clone(&shared)));
        Self {
            address,
            shared,
            _serving: serving,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub(super) fn attempts(&self) -> u64 {
        self.shared.attempts.load(Ordering::Relaxed)
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let service = service_fn(|request| take(&shared, request));
            let io = TokioIo::new(stream);
            // Its error is that somebody hung up: this target or the receiver.
            let _ = http1::Builder::new().serve_connection(io, service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

/// An error hangs up.
async fn take(
    shared: &Shared,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, io::Error> {
    shared.attempts.fetch_add(1, Ordering::Relaxed);
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let verified = shared.verifier.check_head(&head.headers);
    let verified = verified.and_then(|head| head.check_signature(body.clone()));
    let Ok(verified) = verified else {
        let fault = "a request came to a target without a valid signature";
        shared.book.note(fault.to_owned());
        return Ok(response(StatusCode::UNAUTHORIZED));
    };
    let Some(number) = number_of(&body) else {
        let id = verified.id();
        shared
            .book
            .note(format!("{id} was not forwarded as it was sent"));
        return Ok(response(StatusCode::BAD_REQUEST));
    };
    match shared.moods.next() {
        Mood::Takes => {}
        Mood::TakesSlowly(after) => sleep(after).await,
        Mood::Fails(status) => return Ok(response(status)),
        Mood::IsBusy => {
            let mut busy = response(StatusCode::TOO_MANY_REQUESTS);
            busy.headers_mut().insert(RETRY_AFTER, 1.into());
            return Ok(busy);
        }
        Mood::HangsUp => return Err(io::ErrorKind::ConnectionAborted.into()),
    }
    shared.book.reach(shared.number, number);
    Ok(response(StatusCode::NO_CONTENT))
}

fn response(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
