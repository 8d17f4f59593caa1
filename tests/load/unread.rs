//! Peers that ask and never read: as many as there are places of two kinds, and some of a third.

use std::{
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use tokio::{
    io::AsyncWriteExt,
    net::TcpSocket,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    deliveries::Delivery,
    figures::Figures,
    receiver::Receiver,
    traffic::{Answer, Traffic},
    wire,
};

const PLACES: usize = 64;
/// Peers with a genuine request, which they repeat. Until their writes are stuck they are served as everybody is.
const REPEATING: usize = 8;
/// Long enough for a write that is stuck to be given up.
const TRAFFIC: Duration = Duration::from_secs(15);
/// For an honest delivery, whose sender has a connection of its own.
const SERVED: Duration = Duration::from_secs(20);
/// Kept small, so that the receiver's writes are stuck soon.
const UNREAD_BYTES: u32 = 4096;
/// How long a peer whose writes are stuck holds on to its connection.
const PATIENCE: Duration = Duration::from_secs(30);
/// Peers leave the machine time, so that the wait is for a place.
const BETWEEN: Duration = Duration::from_millis(5);
const PAUSE: Duration = Duration::from_millis(20);

/// RFC 9113, sections 3.4, 6.5 and 6.7: the preface, empty settings, and a ping, which has to be acknowledged.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
const PING: &[u8] = b"\0\0\x08\x06\0\0\0\0\0unread..";

pub(crate) async fn run(program: &Path) -> Figures {
    let places = PLACES.to_string();
    let variables = [
        ("MAX_CONNECTIONS", places.as_str()),
        ("IDEMPOTENCY", "memory"),
    ];
    let mut receiver = Receiver::start(program, variables).await;
    let traffic = Traffic::new(&receiver);
    // What was handled is answered 200 again and again, on a connection that stays.
    let handled = traffic.deliveries.genuine();
    assert_eq!(traffic.send(handled.clone()).await, Answer::Acknowledged);
    let mut rejected = handled.clone();
    rejected.headers.clear();

    let mut peers = JoinSet::new();
    for _ in 0..PLACES {
        peers.spawn(ask(receiver.address, Vec::new(), keep_alive(&rejected)));
        peers.spawn(ask(receiver.address, PREFACE.to_vec(), PING.repeat(8)));
    }
    for _ in 0..REPEATING {
        peers.spawn(ask(receiver.address, Vec::new(), keep_alive(&handled)));
    }
    let (start, mut served, mut slowest) = (Instant::now(), 0, Duration::ZERO);
    while start.elapsed() < TRAFFIC {
        // Each on a connection of its own, as from a sender that comes now and then.
        let sender = traffic.another_sender();
        let sent = Instant::now();
        let answer = sender.send(sender.deliveries.genuine()).await;
        assert_eq!(answer, Answer::Acknowledged);
        slowest = slowest.max(sent.elapsed());
        served += 1;
        sleep(PAUSE).await;
    }
    assert!(slowest <= SERVED, "an honest sender waited {slowest:?}");
    let took = receiver.terminate().await;
    peers.shutdown().await;
    receiver.close().await;

    let mut figures = Figures::default();
    figures.add(
        "peers that never read",
        format!("{} for {PLACES} places", 2 * PLACES + REPEATING),
    );
    figures.add("honest deliveries, each on a new connection", served);
    figures.add("the slowest took", format!("{slowest:.1?}"));
    figures.add("the stop took", format!("{took:.1?}"));
    figures
}

fn keep_alive(delivery: &Delivery) -> Vec<u8> {
    let request = String::from_utf8(wire::request(delivery)).expect("it is text");
    request.replacen(wire::CLOSE, "", 1).into_bytes()
}

/// Connects again whenever it is cut off, until there is nobody to connect to.
async fn ask(address: SocketAddr, first: Vec<u8>, again: Vec<u8>) {
    loop {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket
            .set_recv_buffer_size(UNREAD_BYTES)
            .expect("a size of a buffer");
        let Ok(mut stream) = socket.connect(address).await else {
            return;
        };
        let asking = async {
            stream.write_all(&first).await?;
            loop {
                stream.write_all(&again).await?;
                sleep(BETWEEN).await;
            }
        };
        let end: Result<Result<(), std::io::Error>, _> = timeout(PATIENCE, asking).await;
        assert!(
            end.is_ok(),
            "a connection that is not read was kept for {PATIENCE:?}"
        );
        sleep(PAUSE).await;
    }
}
