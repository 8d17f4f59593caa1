//! What comes beside the honest deliveries: forged, damaged and random requests, and peers that are slow, honest ones among
//! them.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use fastrand::Rng;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
    task::JoinSet,
    time::{sleep, timeout_at},
};

use super::{endpoint::Endpoint, honest::Shared};
use crate::{garbage, receiver::DEADLINE, stalls, wire};

/// Hostile peers of each receiver. Most of what is damaged keeps its peer until it is cut off.
const HOSTILE: usize = 4;
/// Between what a peer does and what it does next.
const PAUSE: Duration = Duration::from_millis(100);
/// An honest sender that is slow sends the end of its body so.
const BYTES_SLOWLY: usize = 150;
const BETWEEN_BYTES: Duration = Duration::from_millis(20);
/// One that never comes to its end.
const FOR_EVER: Duration = Duration::from_secs(1);
/// A peer that reads slowly asks for so many responses before it reads the first byte, and reads a byte at a time.
const RESPONSES: usize = 10;
const BETWEEN_READS: Duration = Duration::from_millis(3);
const UNREAD_BYTES: u32 = 4096;

pub(super) fn spawn(traffic: &mut JoinSet<()>, endpoint: &Endpoint, end: Instant) {
    let (shared, address) = (&endpoint.shared, endpoint.address());
    traffic.spawn(until(end, address, Arc::clone(shared), slow_sender));
    traffic.spawn(until(end, address, Arc::clone(shared), slow_reader));
    let endless = until(end, address, Arc::clone(shared), endless_sender);
    traffic.spawn(leave_at(end, endless));
    for _ in 0..HOSTILE {
        let hostile = until(end, address, Arc::clone(shared), hostile);
        traffic.spawn(leave_at(end, hostile));
    }
}

/// Nobody waits for the last response to what must not be forwarded.
async fn leave_at(end: Instant, peer: impl Future<Output = ()>) {
    let _ = timeout_at(end.into(), peer).await;
}

async fn until<F: Future<Output = ()>>(
    end: Instant,
    address: SocketAddr,
    shared: Arc<Shared>,
    act: fn(SocketAddr, Arc<Shared>) -> F,
) {
    while Instant::now() < end {
        act(address, Arc::clone(&shared)).await;
        sleep(PAUSE).await;
    }
}

/// Forged, tampered with, damaged or random: refused, or not answered at all.
async fn hostile(address: SocketAddr, shared: Arc<Shared>) {
    let mut rng = Rng::new();
    let number = shared.book.begin_unwanted();
    let (bytes, expected): (_, &[u16]) = match rng.u8(..4) {
        0 => (wire::request(&shared.sender.forged(number)), &[401]),
        1 => (wire::request(&shared.sender.tampered(number)), &[401]),
        2 => (
            garbage::damaged(&shared.sender.forged(number), &mut rng),
            &[],
        ),
        _ => {
            let mut bytes = vec![0; rng.usize(1..4096)];
            rng.fill(&mut bytes);
            (bytes, &[])
        }
    };
    let statuses = wire::statuses(address, &bytes).await;
    let is_refused = statuses.iter().all(|status| (400..500).contains(status));
    assert!(
        is_refused && (expected.is_empty() || statuses == expected),
        "{statuses:?} to {:?}",
        String::from_utf8_lossy(&bytes)
    );
}

/// An honest sender whose body comes byte by byte, and in time.
async fn slow_sender(address: SocketAddr, shared: Arc<Shared>) {
    let number = shared.book.begin();
    let request = wire::request(&shared.sender.genuine(number));
    let (at_once, slowly) = request.split_at(request.len() - BYTES_SLOWLY);
    let (mut reader, mut writer) = wire::connect(address).await.into_split();
    let sending = wire::write_slowly(&mut writer, at_once, slowly, BETWEEN_BYTES);
    let (_, statuses) = tokio::join!(sending, wire::statuses_until_closed(&mut reader));
    settle(&shared, number, statuses.first().copied()).await;
}

/// What an honest peer does about the status of its delivery, if it has got one.
async fn settle(shared: &Shared, number: u64, status: Option<u16>) {
    match status {
        Some(202) => shared.book.acknowledge(number),
        // The machine has stood still: such are counted.
        Some(408 | 503) | None => shared.deliver_late(number).await,
        Some(status) => panic!("evt_{number}, of a slow peer, was answered {status}"),
    }
}

/// A genuine delivery that never comes to its end.
async fn endless_sender(address: SocketAddr, shared: Arc<Shared>) {
    let number = shared.book.begin_unwanted();
    let request = wire::request(&shared.sender.genuine(number));
    let (at_once, slowly) = request.split_at(request.len() - BYTES_SLOWLY);
    let (mut reader, mut writer) = wire::connect(address).await.into_split();
    let sending = wire::write_slowly(&mut writer, at_once, slowly, FOR_EVER);
    tokio::select! {
        statuses = wire::statuses_until_closed(&mut reader) => assert_eq!(statuses, [408]),
        Ok(()) = sending => panic!("the receiver waited for a slow sender to the end"),
    }
}

/// An honest sender that asks for many responses and reads them byte by byte.
async fn slow_reader(address: SocketAddr, shared: Arc<Shared>) {
    let numbers: Vec<_> = (0..RESPONSES).map(|_| shared.book.begin()).collect();
    let requests = numbers.iter().enumerate().map(|(place, number)| {
        let delivery = shared.sender.genuine(*number);
        if place + 1 < RESPONSES {
            wire::keep_alive(&delivery)
        } else {
            wire::request(&delivery)
        }
    });
    let requests: Vec<u8> = requests.flatten().collect();
    let socket = TcpSocket::new_v4().expect("a socket");
    let sized = socket.set_recv_buffer_size(UNREAD_BYTES);
    sized.expect("a size of a buffer");
    let mut stream = socket.connect(address).await.expect("a connection");
    stream.write_all(&requests).await.expect("it is read");
    let mut responses = Vec::new();
    let reading = async {
        while let Ok(byte) = stream.read_u8().await {
            responses.push(byte);
            sleep(BETWEEN_READS).await;
        }
    };
    stalls::within(DEADLINE * 2, "reading the responses", reading).await;
    let mut statuses = wire::statuses_in(&responses).into_iter();
    for number in numbers {
        settle(&shared, number, statuses.next()).await;
    }
}
