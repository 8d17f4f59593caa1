//! Internal systems that deliveries are forwarded to: real servers on loopback.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body_util::{BodyExt, combinators::BoxBody};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// What a target was sent.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// A target, and what it was sent.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    connections: Arc<Mutex<usize>>,
}

pub(super) type TargetBody = BoxBody<Bytes, Infallible>;

impl Target {
    /// Starts a target that responds to every request with what `respond` makes.
    pub(super) async fn start(
        respond: impl Fn() -> Response<TargetBody> + Clone + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = Self {
            address: listener.local_addr().unwrap(),
            received: Arc::default(),
            connections: Arc::default(),
        };
        let serving = target.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                *serving.connections.lock().unwrap() += 1;
                let target = serving.clone();
                let respond = respond.clone();
                let service = service_fn(move |request| {
                    let target = target.clone();
                    let respond = respond.clone();
                    async move {
                        target.receive(request).await;
                        Ok::<_, Infallible>(respond())
                    }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        target
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hooks?from=engage", self.address)
    }

    pub(super) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.received.lock().unwrap())
    }

    pub(super) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }

    async fn receive(&self, request: Request<Incoming>) {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        self.received.lock().unwrap().push(Received {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body,
        });
    }
}

/// A server that reads what it is sent, writes `bytes` and then closes the connection, or keeps it open in silence.
pub(super) async fn raw(bytes: &'static [u8], closes: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut read = [0; 16 * 1024];
                let _ = stream.read(&mut read).await;
                let _ = stream.write_all(bytes).await;
                while !closes && stream.read(&mut read).await.is_ok_and(|len| len > 0) {}
                if !closes {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    format!("http://{address}/")
}
