//! A real hyper server over a real socket, by `TowerToHyperService`, and clients that misbehave.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{around, echo, genuine};

async fn serve() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(around(echo()));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

fn head_of(request: &Request<Full<Bytes>>, framing: &str) -> String {
    let mut head = String::from("POST / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
    for (name, value) in request.headers() {
        let value = value.to_str().unwrap();
        head.extend([name.as_str(), ": ", value, "\r\n"]);
    }
    head + framing + "\r\n\r\n"
}

async fn answer(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    tokio::time::timeout(Duration::from_secs(10), stream.read_to_string(&mut answer))
        .await
        .expect("an answer in time")
        .unwrap();
    answer
}

#[tokio::test]
async fn a_chunked_post_is_answered() {
    let mut stream = TcpStream::connect(serve().await).await.unwrap();
    let head = head_of(&genuine("{}"), "transfer-encoding: chunked");
    stream.write_all(head.as_bytes()).await.unwrap();
    for chunk in ["1\r\n{\r\n", "1\r\n}\r\n", "0\r\n\r\n"] {
        stream.write_all(chunk.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
    }
    assert!(answer(stream).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn an_announced_body_over_the_limit_is_refused_without_waiting_for_it() {
    let mut stream = TcpStream::connect(serve().await).await.unwrap();
    let head = head_of(&genuine("{}"), "content-length: 67108864");
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(answer(stream).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn a_request_without_a_signature_is_refused_without_waiting_for_its_body() {
    let mut stream = TcpStream::connect(serve().await).await.unwrap();
    let head = "POST / HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: 9\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(answer(stream).await.starts_with("HTTP/1.1 400 "));
}

#[tokio::test]
async fn a_client_that_leaves_midway_harms_nobody() {
    let address = serve().await;
    let mut leaving = TcpStream::connect(address).await.unwrap();
    let head = head_of(&genuine("{}"), "content-length: 2");
    leaving
        .write_all(format!("{head}{{").as_bytes())
        .await
        .unwrap();
    drop(leaving);

    let mut staying = TcpStream::connect(address).await.unwrap();
    staying
        .write_all(format!("{head}{{}}").as_bytes())
        .await
        .unwrap();
    assert!(answer(staying).await.starts_with("HTTP/1.1 200 "));
}
