//! Peers that ask and never read: as many as there are places of two kinds, and some of a third.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    path::Path,
    pin::pin,
    time::{Duration, Instant},
};

use tokio::{io::AsyncWriteExt, net::TcpSocket, task::JoinSet, time::sleep};

use crate::{
    figures::Figures,
    receiver::Receiver,
    stalls,
    traffic::{Answer, Traffic},
    wire,
};

const PLACES: usize = 64;
/// Peers with a genuine request, which they repeat.
const REPEATING: usize = 8;
/// Three times as long as a peer may keep a place: one that kept it for good would be noticed.
const TRAFFIC: Duration = Duration::from_secs(15);
/// For an honest delivery, whose sender has a connection of its own.
const SERVED: Duration = Duration::from_secs(20);
/// Kept small, so that the receiver's writes are stuck soon.
const UNREAD_BYTES: u32 = 4096;
/// How long a peer may keep a place while others wait for one. With nothing to respond to, it is told to go after a second.
const PATIENCE: Duration = Duration::from_secs(5);
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
        peers.spawn(ask(
            receiver.address,
            Vec::new(),
            wire::keep_alive(&rejected),
        ));
        peers.spawn(ask(receiver.address, PREFACE.to_vec(), PING.repeat(8)));
    }
    for _ in 0..REPEATING {
        peers.spawn(ask(
            receiver.address,
            Vec::new(),
            wire::keep_alive(&handled),
        ));
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
    // Here a peer fails that was not cut off in time.
    let kept = peers.join_all().await;
    assert!(
        kept.iter().all(|places| !places.is_empty()),
        "some peers never had a place"
    );
    let kept = kept.concat();
    receiver.close().await;

    let mut figures = Figures::default();
    figures.add(
        "peers that never read",
        format!("{} for {PLACES} places", 2 * PLACES + REPEATING),
    );
    let longest = kept.iter().max().copied().unwrap_or_default();
    figures.add("places that they had and lost", kept.len());
    figures.add("the longest was kept", format!("{longest:.1?}"));
    figures.add("honest deliveries, each on a new connection", served);
    figures.add("the slowest took", format!("{slowest:.1?}"));
    figures.add("the stop took", format!("{took:.1?}"));
    figures
}

/// Connects again whenever it is cut off, until there is nobody to connect to. Returns how long it kept each of its places.
async fn ask(address: SocketAddr, first: Vec<u8>, again: Vec<u8>) -> Vec<Duration> {
    let mut kept = Vec::new();
    loop {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket
            .set_recv_buffer_size(UNREAD_BYTES)
            .expect("a size of a buffer");
        let Ok(stream) = socket.connect(address).await else {
            return kept;
        };
        let (reader, mut writer) = stream.into_split();
        let asking = async {
            writer.write_all(&first).await?;
            loop {
                writer.write_all(&again).await?;
                sleep(BETWEEN).await;
            }
        };
        let mut asking = pin!(asking);
        // Until there is something that it could read, it waits for a place itself.
        let _: Result<Infallible, io::Error> = tokio::select! {
            cut_off = asking.as_mut() => cut_off,
            _ = reader.readable() => {
                let start = Instant::now();
                let what = "cutting off a peer that never reads";
                let cut_off = stalls::within(PATIENCE, what, asking).await;
                kept.push(start.elapsed());
                cut_off
            }
        };
        sleep(PAUSE).await;
    }
}
