//! The layer around a tonic server: what is signed is the body of the call, its gRPC frame.
//!
//! ```sh
//! cargo run --example tonic
//! ```
//!
//! Starts the server on a free loopback port, makes one genuine and one forged call and prints the
//! responses: a receipt, and `Unauthenticated`.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::uri::PathAndQuery;
use http_body_util::{BodyExt, Full};
use tokio::net::TcpListener;
use tonic::{
    Code, Request, Response, Status,
    body::Body,
    server::NamedService,
    transport::{Channel, Server, server::TcpIncoming},
};
use tonic_prost::ProstCodec;
use tower::{BoxError, Service, ServiceExt, service_fn};
use tower_webhook::{
    Delivery, Receiver, Timestamp, WebhookLayer, scheme::HeaderFamily, testing::Signer,
};

const PATH: &str = "/example.Notes/Receive";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const FORGED_SECRET: &str = "whsec_Zm9yZ2VkIGZvcmdlZCBmb3JnZWQ=";

/// How many calls of one connection are under way at a time.
const MAX_STREAMS: u32 = 32;
/// The largest head of a call.
const MAX_HEADER_BYTES: u32 = 64 * 1024;
/// How often a peer is asked whether it is still there, and how long it may take to say so.
const PING: Duration = Duration::from_secs(5);
/// For the body and the handler: senders give up after 15 seconds, which include connecting.
const REQUEST: Duration = Duration::from_secs(13);

#[derive(Clone, PartialEq, prost::Message)]
struct Note {
    #[prost(string, tag = "1")]
    text: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Receipt {
    #[prost(string, tag = "1")]
    message_id: String,
}

/// Serves `example.Notes` until the task is dropped.
///
/// # Errors
///
/// Those of the transport.
pub async fn serve(
    listener: TcpListener,
    receiver: Receiver,
) -> Result<(), tonic::transport::Error> {
    Server::builder()
        .max_concurrent_streams(MAX_STREAMS)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .http2_keepalive_interval(Some(PING))
        .http2_keepalive_timeout(Some(PING))
        .timeout(REQUEST)
        .layer(WebhookLayer::new(receiver))
        .add_service(Notes)
        .serve_with_incoming(TcpIncoming::from(listener))
        .await
}

/// What `tonic-build` would generate.
#[derive(Clone)]
struct Notes;

impl NamedService for Notes {
    const NAME: &'static str = "example.Notes";
}

impl Service<http::Request<Body>> for Notes {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            if request.uri().path() != PATH {
                return Ok(Status::unimplemented("no such method").into_http());
            }
            let mut grpc = tonic::server::Grpc::new(ProstCodec::<Receipt, Note>::default());
            Ok(grpc.unary(service_fn(on_note), request).await)
        })
    }
}

async fn on_note(request: Request<Note>) -> Result<Response<Receipt>, Status> {
    let delivery = request
        .extensions()
        .get::<Delivery<Bytes>>()
        .ok_or_else(|| Status::internal("no delivery"))?;
    println!("received {}: {}", delivery.id(), request.get_ref().text);
    Ok(Response::new(Receipt {
        message_id: delivery.id().to_string(),
    }))
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), BoxError> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(listener, Receiver::builder([SECRET]).build()?));

    let genuine = call(address, SECRET).await?;
    println!("genuine: {genuine:?}");
    let forged = call(address, FORGED_SECRET).await?;
    let forged = forged.map_err(|status| status.code());
    println!("forged: {forged:?}");
    match (genuine, forged) {
        (Ok(_), Err(Code::Unauthenticated)) => Ok(()),
        _ => Err("not the responses that were expected".into()),
    }
}

/// Makes one call that is signed with `secret`.
async fn call(address: SocketAddr, secret: &str) -> Result<Result<Receipt, Status>, BoxError> {
    let channel = Channel::from_shared(format!("http://{address}"))?
        .connect()
        .await?;
    let signer = Arc::new(Signer::new(secret)?);
    let signing = service_fn(move |request| signed(channel.clone(), Arc::clone(&signer), request));

    let mut grpc = tonic::client::Grpc::new(signing);
    grpc.ready().await?;
    let note = Request::new(Note {
        text: "hello".to_owned(),
    });
    let codec = ProstCodec::<Note, Receipt>::default();
    let answer = grpc
        .unary(note, PathAndQuery::from_static(PATH), codec)
        .await;
    Ok(answer.map(Response::into_inner))
}

/// Adds the signature headers over the body to a call.
async fn signed(
    channel: Channel,
    signer: Arc<Signer>,
    request: http::Request<Body>,
) -> Result<http::Response<Body>, BoxError> {
    let (mut parts, body) = request.into_parts();
    let frame = body.collect().await?.to_bytes();
    let now = Timestamp::from(SystemTime::now());
    let delivery = signer.request("msg_1", now, frame.clone());
    for name in [
        HeaderFamily::Svix.id(),
        HeaderFamily::Svix.timestamp(),
        HeaderFamily::Svix.signature(),
    ] {
        if let Some(value) = delivery.headers().get(name) {
            parts.headers.insert(name, value.clone());
        }
    }
    let request = http::Request::from_parts(parts, Body::new(Full::new(frame)));
    Ok(channel.oneshot(request).await?)
}
