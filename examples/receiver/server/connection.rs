//! One connection, whose peer can neither keep it for nothing nor hold it up.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, Version, header::CONNECTION},
    response::Response,
};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    net::TcpStream,
    sync::watch,
    time::{Instant, sleep},
};
use tokio_io_timeout::TimeoutWriter;
use tower::ServiceExt;
use tower_webhook::receiver::PeerAddr;

use super::places::Place;
use crate::timeouts;

/// The largest head of HTTP/1, and what is read ahead of a body, in bytes.
const BUFFER: usize = 64 * 1024;
/// The largest head of HTTP/2, in bytes.
const HEADERS: u32 = 64 * 1024;
/// RFC 9113, section 6.5.2, advises against fewer.
const MAX_STREAMS: u32 = 100;
/// How much of a stream's body may arrive before somebody reads it, in bytes.
const STREAM_WINDOW: u32 = 64 * 1024;
/// The same of all streams of a connection.
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// How often a peer of HTTP/2 is asked whether it is still there, and how long it may take to say so.
const PING: Duration = Duration::from_secs(5);
/// How long a connection that has to go may take for the rest of its last response.
const LINGER: Duration = Duration::from_millis(250);

/// Serves a connection until it ends, or until its peer gives it nothing to do.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    place: Arc<Place>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(timeouts::WRITE));
    let service = service_fn(|request| respond(request, peer, router.clone(), Arc::clone(&place)));
    let builder = builder();
    let connection = builder.serve_connection(TokioIo::new(Box::pin(stream)), service);
    let mut connection = pin!(connection);
    // Looks after the connection when it may have had nothing to do for too long, not with each request.
    let mut look = pin!(sleep(timeouts::HEAD));
    let mut goes = false;
    loop {
        let went = goes;
        tokio::select! {
            result = connection.as_mut() => {
                if let Err(error) = result {
                    tracing::debug!(%error, "connection failed");
                }
                return;
            }
            () = place.told_to_go(), if !goes => goes = true,
            _ = stopping.wait_for(|stopping| *stopping), if !goes => goes = true,
            () = look.as_mut() => {
                let patience = if goes { LINGER } else { timeouts::HEAD };
                match place.idle_for() {
                    Some(idle) if idle >= patience && goes => return,
                    Some(idle) if idle >= patience => goes = true,
                    Some(idle) => look.as_mut().reset(Instant::now() + patience.saturating_sub(idle)),
                    None => look.as_mut().reset(Instant::now() + LINGER),
                }
            }
        }
        if goes && !went {
            connection.as_mut().graceful_shutdown();
            look.as_mut().reset(Instant::now() + LINGER);
        }
    }
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts::HEAD)
        .max_buf_size(BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(HEADERS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    builder
}

/// Whoever sent what is rejected has to connect again, so that no connection can be kept busy with it.
async fn respond(
    mut request: Request<Incoming>,
    peer: SocketAddr,
    router: Router,
    place: Arc<Place>,
) -> Result<Response, Infallible> {
    let _in_flight = place.request();
    let version = request.version();
    request.extensions_mut().insert(PeerAddr(peer));
    let mut response = router.oneshot(request.map(Body::new)).await?;
    if response.status().is_client_error() {
        place.go();
        if version <= Version::HTTP_11 {
            let headers = response.headers_mut();
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
    Ok(response)
}
