//! Strangers that open many streams of HTTP/2 and never end their bodies.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Method, Request, Version};
use http_body_util::channel::Channel;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    deliveries::{Deliveries, Delivery},
    figures::Figures,
    receiver::{DEADLINE, PATH, Receiver},
    resources::mib,
    stalls,
    traffic::{Answer, Traffic},
    wire,
};

const CONNECTIONS: usize = 16;
/// Of each connection: twice as many as may be open.
const STREAMS: usize = 200;
const MAX_OPEN: usize = 100;
/// What is sent of each body.
const BODY_BYTES: usize = 32 * 1024;
/// What streams may cost beside their bytes, in KiB.
const OTHER_KIB: usize = 64 * 1024;
/// How late a connection may be closed, and an honest sender be served.
const MARGIN: Duration = Duration::from_secs(5);

pub(crate) async fn run(program: &Path) -> Figures {
    let receiver = Receiver::start(program, []).await;
    let traffic = Traffic::new(&receiver);
    assert_eq!(honest(&traffic).await, Answer::Acknowledged);
    let before = receiver.resources();
    let mut strangers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        strangers.spawn(stranger(receiver.address, Arc::clone(&traffic.deliveries)));
    }
    let ending = async {
        let (ended, served) = tokio::join!(strangers.join_all(), async {
            sleep(Duration::from_secs(2)).await;
            stalls::within(MARGIN, "an honest delivery", honest(&traffic)).await
        });
        assert_eq!(served, Answer::Acknowledged);
        ended
    };
    let (late, during) = receiver.peak_during(ending).await;
    let late: usize = late.iter().sum();
    let cost = usize::try_from(during.resident_kib - before.resident_kib).expect("KiB");
    let bytes_kib = CONNECTIONS * MAX_OPEN * BODY_BYTES / 1024;
    assert!(
        cost <= 2 * bytes_kib + OTHER_KIB,
        "{cost} KiB for bodies of {bytes_kib} KiB"
    );
    let after = receiver.settled(before).await;
    receiver.stop().await;

    let mut figures = Figures::default();
    figures.add(
        "streams",
        format!("{STREAMS} on each of {CONNECTIONS} connections"),
    );
    figures.add("of them late, 408", late);
    figures.add("sent on each", format!("{} KiB", BODY_BYTES / 1024));
    figures.add("memory before", mib(before.resident_kib));
    figures.add("memory during, at the most", mib(during.resident_kib));
    figures.add("after", after);
    figures
}

async fn honest(traffic: &Traffic) -> Answer {
    traffic.send(traffic.deliveries.genuine()).await
}

/// Returns how many of its streams were late; the others were not served.
async fn stranger(address: SocketAddr, deliveries: Arc<Deliveries>) -> usize {
    let io = TokioIo::new(wire::connect(address).await);
    let (sender, connection) = http2::handshake(TokioExecutor::new(), io)
        .await
        .expect("HTTP/2 is served");
    let closed = tokio::spawn(connection);
    let mut streams = JoinSet::new();
    for _ in 0..STREAMS {
        let delivery = deliveries.by_stranger(BODY_BYTES * 2);
        let (request, mut body) = unended(address, &delivery);
        let mut sender = sender.clone();
        streams.spawn(async move {
            let _ = body.send_data(delivery.body.slice(..BODY_BYTES)).await;
            let response = sender.send_request(request).await;
            drop(body);
            response.map(|response| response.status().as_u16())
        });
    }
    drop(sender);
    let all = async { streams.join_all().await };
    // Those that came when the first were late, and before the connection was told to go, have their time too.
    let statuses = stalls::within(DEADLINE * 2 + MARGIN, "the end of all streams", all).await;
    let late = statuses
        .iter()
        .filter(|status| matches!(status, Ok(408)))
        .count();
    for status in statuses {
        assert!(matches!(status, Ok(408) | Err(_)), "{status:?}");
    }
    assert!(late > 0, "no stream had its time");
    let closing = stalls::within(MARGIN, "closing the connection", closed);
    // Cut off or closed, it is gone.
    let _ = closing.await.expect("no panic");
    late
}

type Body = Channel<Bytes>;
type BodySender = http_body_util::channel::Sender<Bytes>;

/// A request whose body ends with the sender.
fn unended(address: SocketAddr, delivery: &Delivery) -> (Request<Body>, BodySender) {
    let (sender, body) = Channel::new(1);
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.version_mut() = Version::HTTP_2;
    *request.uri_mut() = format!("http://{address}{PATH}")
        .parse()
        .expect("an address");
    request.headers_mut().extend(delivery.headers.clone());
    (request, sender)
}
