//! HTTP/1 and HTTP/2 on one port, and connections that give up their place.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::process::{Delivery, PATH, PATIENCE, Process, head, status};

/// Far less than the 10 seconds that an idle connection may stay when nobody else needs its place.
const SOON: Duration = Duration::from_secs(5);

fn forged() -> Delivery {
    Delivery {
        secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".to_owned(),
        ..Delivery::default()
    }
}

/// Asserts that nothing more comes.
fn assert_closed(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    // A reset is an end too: not everything that was sent was read.
    let _ = stream.read_to_end(&mut rest);
    assert_eq!(String::from_utf8(rest).unwrap(), "");
}

#[test]
fn a_connection_of_http_1_serves_one_genuine_delivery_after_the_other() {
    let receiver = Process::start(&[]);
    let mut stream = receiver.connect();
    for _ in 0..3 {
        stream.write_all(&Delivery::default().bytes()).unwrap();
        assert_eq!(status(&mut stream), 204);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_of_http_2_serves_deliveries_side_by_side_and_ends_with_a_forged_one() {
    let receiver = Process::start(&[]);
    let stream = tokio::net::TcpStream::connect(receiver.address)
        .await
        .unwrap();
    let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (sender, connection) = handshake.await.unwrap();
    let connection = tokio::spawn(connection);
    let send = |delivery: Delivery| {
        let (mut parts, body) = delivery.request().into_parts();
        parts.uri = format!("http://{}{PATH}", receiver.address)
            .parse()
            .unwrap();
        let request = http::Request::from_parts(parts, Full::new(Bytes::from(body)));
        let mut sender = sender.clone();
        async move {
            sender
                .send_request(request)
                .await
                .unwrap()
                .status()
                .as_u16()
        }
    };
    let (first, second) = tokio::join!(send(Delivery::default()), send(Delivery::default()));
    assert_eq!((first, second), (204, 204));
    assert_eq!(send(forged()).await, 401);
    let end = tokio::time::timeout(SOON, connection).await;
    end.expect("the connection is closed").unwrap().unwrap();
}

#[test]
fn whoever_sends_what_is_rejected_has_to_connect_again() {
    let receiver = Process::start(&[]);
    let wrong_path = Delivery {
        path: "/webhook",
        ..Delivery::default()
    };
    let wrong_method = b"GET /webhooks/engage HTTP/1.1\r\nhost: receiver\r\n\r\n".to_vec();
    let without_headers =
        b"POST /webhooks/engage HTTP/1.1\r\nhost: receiver\r\ncontent-length: 0\r\n\r\n".to_vec();
    for (request, rejected) in [
        (forged().bytes(), "401"),
        (wrong_path.bytes(), "404"),
        (wrong_method, "405"),
        (without_headers, "400"),
    ] {
        let mut stream = receiver.connect();
        let again = Delivery::default().bytes();
        stream.write_all(&[request, again].concat()).unwrap();
        let head = head(&mut stream);
        assert!(head.starts_with(&format!("HTTP/1.1 {rejected} ")), "{head}");
        assert!(head.contains("connection: close\r\n"), "{head}");
        assert_closed(&mut stream);
    }
}

#[test]
fn a_wrong_path_is_logged_once_a_minute() {
    let receiver = Process::start(&[]);
    let wrong_path = Delivery {
        path: "/webhooks/\"%1b?token=hush",
        ..Delivery::default()
    };
    let request = wrong_path.bytes();
    for _ in 0..3 {
        assert_eq!(receiver.send(&request), 404);
    }
    let line = receiver.wait_for_log("wrong path");
    assert!(line.contains("webhooks go to /webhooks/engage"), "{line}");
    assert!(line.contains(r#""/webhooks/\"%1b""#), "{line}");
    assert!(!line.contains("hush"), "{line}");
    assert_eq!(receiver.send(&Delivery::default().bytes()), 204);
    assert_eq!(receiver.logged("wrong path").len(), 1);
}

#[test]
fn idle_connections_give_their_places_to_new_ones() {
    let receiver = Process::start(&[("MAX_CONNECTIONS", "2")]);
    let waited = AtomicUsize::new(0);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..40 {
            scope.spawn(|| {
                let mut stream = receiver.connect();
                stream.write_all(&Delivery::default().bytes()).unwrap();
                assert_eq!(status(&mut stream), 204);
                waited.fetch_add(1, Ordering::Relaxed);
                // It stays connected, as senders do.
                assert_closed_in_the_end(&mut stream);
            });
        }
        while waited.load(Ordering::Relaxed) < 40 {
            assert!(start.elapsed() < SOON, "{waited:?} of 40 were served");
            thread::sleep(Duration::from_millis(10));
        }
        receiver.terminate();
    });
}

fn assert_closed_in_the_end(stream: &mut TcpStream) {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_closed(stream);
}

#[test]
fn connections_that_never_ask_for_anything_give_their_places_to_new_ones() {
    let receiver = Process::start(&[("MAX_CONNECTIONS", "4")]);
    let mut silent: Vec<_> = (0..12).map(|_| receiver.connect()).collect();
    for (number, stream) in silent.iter_mut().enumerate() {
        // Some begin with a request, of either version, and do not end it.
        let begun = ["", "POST ", "PRI * HTTP/2.0\r\n\r\nSM"][number % 3];
        stream.write_all(begun.as_bytes()).unwrap();
    }
    let start = Instant::now();
    assert_eq!(receiver.send(&Delivery::default().bytes()), 204);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn a_request_in_flight_keeps_its_place() {
    let receiver = Process::start(&[("MAX_CONNECTIONS", "1")]);
    let request = Delivery::default().bytes();
    let (begin, end) = request.split_at(request.len() - 1);
    let mut slow = receiver.connect();
    slow.write_all(begin).unwrap();
    // The head is there before the next connection is.
    thread::sleep(Duration::from_millis(300));
    let mut next = receiver.connect();
    next.write_all(&Delivery::default().bytes()).unwrap();
    thread::sleep(Duration::from_millis(1500));
    slow.write_all(end).unwrap();
    assert_eq!(status(&mut slow), 204);
    assert_eq!(status(&mut next), 204);
}
