//! The layer around a plain hyper server, without a framework.
//!
//! ```sh
//! cargo run --example hyper
//! ```
//!
//! Starts the server on a free loopback port, sends it one genuine and one forged delivery and prints the
//! responses: 200 and 401.

use std::{
    convert::Infallible,
    error::Error,
    net::SocketAddr,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::HOST};
use http_body_util::Full;
use hyper::{client, server};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};
use tower::{ServiceBuilder, service_fn};
use tower_webhook::{
    Delivery, Json, Receiver, Timestamp, WebhookLayer, layer::RequestBody, testing::Signer,
};

type Event = Json<serde_json::Value>;

const PATH: &str = "/webhooks";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const FORGED_SECRET: &str = "whsec_Zm9yZ2VkIGZvcmdlZCBmb3JnZWQ=";
/// For a head to arrive, and for a connection to be idle.
const HEAD: Duration = Duration::from_secs(10);
/// The largest head, and what is read ahead of a body.
const MAX_HEAD_BYTES: usize = 64 * 1024;
const PAUSE_AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// Serves `POST /webhooks` until the task is dropped.
pub async fn serve(listener: TcpListener, receiver: Receiver) {
    let service = ServiceBuilder::new()
        .layer(WebhookLayer::new(receiver).decode::<Event>())
        .service(service_fn(on_request));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                eprintln!("cannot accept: {error}");
                tokio::time::sleep(PAUSE_AFTER_FAILED_ACCEPT).await;
                continue;
            }
        };
        let connection = server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .max_buf_size(MAX_HEAD_BYTES)
            .serve_connection(
                TokioIo::new(stream),
                TowerToHyperService::new(service.clone()),
            );
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("connection failed: {error}");
            }
        });
    }
}

async fn on_request(request: Request<RequestBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = match request.extensions().get::<Delivery<Event>>() {
        Some(delivery) if request.uri().path() == PATH => on_event(delivery),
        Some(_) => StatusCode::NOT_FOUND,
        None => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Ok(response)
}

fn on_event(delivery: &Delivery<Event>) -> StatusCode {
    let Json(event) = delivery.event();
    println!("received {}: type {}", delivery.id(), event["type"]);
    StatusCode::OK
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(listener, Receiver::builder([SECRET]).build()?));

    let genuine = send(address, SECRET).await?;
    println!("genuine: {genuine}");
    let forged = send(address, FORGED_SECRET).await?;
    println!("forged: {forged}");
    if (genuine, forged) == (StatusCode::OK, StatusCode::UNAUTHORIZED) {
        Ok(())
    } else {
        Err("not the responses that were expected".into())
    }
}

/// Sends one delivery over a connection of its own.
async fn send(address: SocketAddr, secret: &str) -> Result<StatusCode, Box<dyn Error>> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);

    let now = Timestamp::from(SystemTime::now());
    let mut request =
        Signer::new(secret)?
            .uri(PATH.parse()?)
            .request("msg_1", now, r#"{"type":"invoice.paid"}"#);
    request
        .headers_mut()
        .insert(HOST, HeaderValue::from_str(&address.to_string())?);
    Ok(sender.send_request(request).await?.status())
}
