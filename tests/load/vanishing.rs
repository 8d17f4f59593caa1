//! Senders that leave midway.

use std::{net::SocketAddr, path::Path, time::Duration};

use tokio::{io::AsyncWriteExt, task::JoinSet};

use crate::{
    figures::Figures,
    receiver::Receiver,
    resources::{self, Resources},
    traffic::{Answer, Traffic},
    wire,
};

const ROUNDS: usize = 60;
/// Memory differs from round to round, by mebibytes: the least after some rounds tells what is kept.
const SOME: usize = 20;
/// Of each kind, in each round, at a time.
const SENDERS: usize = 50;

/// Where a sender leaves.
#[derive(Clone, Copy, Debug)]
enum Place {
    Head,
    Body,
    /// With everything sent, and before the answer.
    End,
}

/// How it leaves.
#[derive(Clone, Copy, Debug)]
enum Manner {
    Close,
    Reset,
}

pub(crate) async fn run(program: &Path) -> Figures {
    let receiver = Receiver::start(program, []).await;
    let before = receiver.resources();
    let traffic = Traffic::new(&receiver);
    let mut afterwards = Vec::new();
    for _ in 0..ROUNDS {
        afterwards.push(round(&receiver, &traffic, before).await);
    }
    let totals = receiver.stop().await;

    let (first, last) = (
        least(&afterwards[..SOME]),
        least(&afterwards[ROUNDS - SOME..]),
    );
    resources::assert_nothing_kept(first, last, (ROUNDS - SOME) * SENDERS * 6);
    let mut figures = Figures::default();
    figures.add("senders that left", ROUNDS * SENDERS * 6);
    figures.add("printed all the same", totals.printed - totals.acknowledged);
    figures.add("before", before);
    figures.add(
        format!("after the first {SOME} rounds, at the least"),
        first,
    );
    figures.add(format!("after the last {SOME} rounds, at the least"), last);
    figures
}

fn least(rounds: &[Resources]) -> Resources {
    let least = rounds.iter().min_by_key(|round| round.resident_kib);
    *least.expect("some rounds")
}

/// Returns what the receiver holds when all have left and an honest sender was served.
async fn round(receiver: &Receiver, traffic: &Traffic, before: Resources) -> Resources {
    let mut senders = JoinSet::new();
    for _ in 0..SENDERS {
        for place in [Place::Head, Place::Body, Place::End] {
            for manner in [Manner::Close, Manner::Reset] {
                let delivery = traffic.deliveries.of_size(100_000);
                // Of the others too little is sent: they must not be printed.
                if matches!(place, Place::End) {
                    receiver.ledger.sent(&delivery);
                }
                let request = wire::request(&delivery);
                let body_start = request.len() - delivery.body.len();
                let sent = match place {
                    Place::Head => body_start / 2,
                    Place::Body => usize::midpoint(body_start, request.len()),
                    Place::End => request.len(),
                };
                senders.spawn(leave(receiver.address, request, sent, manner));
            }
        }
    }
    senders.join_all().await;
    let honest = traffic.send(traffic.deliveries.genuine()).await;
    assert_eq!(honest, Answer::Acknowledged);
    // The honest sender keeps its connection.
    receiver.settled(before.with_descriptors(1)).await
}

async fn leave(address: SocketAddr, request: Vec<u8>, sent: usize, manner: Manner) {
    let mut stream = wire::connect(address).await;
    stream
        .write_all(&request[..sent])
        .await
        .expect("it is read");
    match manner {
        Manner::Close => stream.shutdown().await.expect("it was open"),
        Manner::Reset => stream.set_zero_linger().expect("it is a socket"),
    }
    // Some time for the receiver to begin with it.
    tokio::time::sleep(Duration::from_millis(fastrand::u64(0..20))).await;
}
