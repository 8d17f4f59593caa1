//! Senders that are slow on purpose, beside honest ones.

use std::{
    net::SocketAddr,
    path::Path,
    slice,
    time::{Duration, Instant},
};

use tokio::{
    io::AsyncWriteExt,
    task::JoinSet,
    time::{interval, sleep},
};

use crate::{
    deliveries::Deliveries,
    figures::{Figures, PERCENTILES, at},
    receiver::{DEADLINE, Receiver},
    resources::Resources,
    stalls,
    traffic::{Answers, Traffic},
    wire,
};

const SENDERS: usize = 4;
/// Honest senders leave the machine time, so that a latency is the receiver's.
const PAUSE: Duration = Duration::from_millis(10);
/// The slow ones come within this time.
const ARRIVAL: Duration = Duration::from_secs(2);
/// How long honest senders are measured: from the first slow one to the end of the last.
const MEASURED: Duration = ARRIVAL.saturating_add(DEADLINE);
/// The first is measured; the others show what becomes of its memory.
const CROWDS: usize = 3;
/// How late a connection may be cut off.
const MARGIN: Duration = Duration::from_secs(5);

pub(crate) async fn run(program: &Path, bodies: usize) -> Figures {
    let heads = bodies / 4;
    let receiver = Receiver::start(program).await;
    let traffic = Traffic::new(&receiver);
    honest(&traffic, Duration::from_secs(1)).await;
    let before = receiver.resources();
    let alone = honest(&traffic, MEASURED).await;

    let slow = send_slowly(receiver.address, bodies, heads);
    let peak = async {
        sleep(ARRIVAL + DEADLINE / 2).await;
        receiver.resources()
    };
    let (cut, beside, during) = tokio::join!(slow, honest(&traffic, MEASURED), peak);
    assert!(
        during.descriptors >= bodies + heads,
        "all slow ones at once: {during}"
    );
    drop(traffic);
    let mut afterwards = vec![receiver.settled(before).await];
    while afterwards.len() < CROWDS {
        send_slowly(receiver.address, bodies, heads).await;
        afterwards.push(receiver.settled(before).await);
    }
    assert_growth_fades(&afterwards);
    receiver.stop().await;

    let mut figures = Figures::default();
    figures.add("bodies of a byte a second", bodies);
    figures.add("heads of a byte a second", heads);
    figures.add("cut off after", format!("{:.1?} to {:.1?}", cut.0, cut.1));
    figures.add("honest answers, alone", alone.total());
    figures.add("honest answers, beside them", beside.total());
    for percentile in PERCENTILES {
        let (alone, beside) = (
            at(&alone.latencies, percentile),
            at(&beside.latencies, percentile),
        );
        let ratio = beside.as_secs_f64() / alone.as_secs_f64();
        figures.add(
            format!("latency, p{percentile}"),
            format!("{alone:.1?} alone, {beside:.1?} beside them: {ratio:.2}"),
        );
    }
    assert_unnoticed(&alone, &beside);
    figures.add("before", before);
    figures.add("during", during);
    for (crowd, after) in afterwards.iter().enumerate() {
        figures.add(format!("after crowd {}", crowd + 1), after);
    }
    figures
}

async fn honest(traffic: &Traffic, duration: Duration) -> Answers {
    let answers = traffic.run(SENDERS, PAUSE, Instant::now() + duration).await;
    answers.assert_complete(SENDERS);
    answers
}

/// The most frequent latencies may double, and be 10 ms more for the noise of the machine.
fn assert_unnoticed(alone: &Answers, beside: &Answers) {
    for percentile in [50.0, 95.0] {
        let limit = at(&alone.latencies, percentile) * 2 + Duration::from_millis(10);
        let beside = at(&beside.latencies, percentile);
        assert!(
            beside <= limit,
            "p{percentile} is {beside:?}, more than {limit:?}"
        );
    }
}

/// The allocator of glibc keeps much of what a crowd had, in pieces that the next crowd cannot all use, so that memory
/// grows less with each crowd. What leaks grows by as much again.
fn assert_growth_fades(afterwards: &[Resources]) {
    let growth: Vec<u64> = afterwards
        .windows(2)
        .map(|pair| pair[1].resident_kib.saturating_sub(pair[0].resident_kib))
        .collect();
    let fades = growth.is_sorted_by(|earlier, later| *later <= earlier * 4 / 5 + 4096);
    assert!(fades, "memory grew by {growth:?} KiB with each crowd");
}

/// Returns the earliest and the latest time after which one was cut off.
async fn send_slowly(address: SocketAddr, bodies: usize, heads: usize) -> (Duration, Duration) {
    let deliveries = Deliveries::new();
    let mut tasks = JoinSet::new();
    let all = u32::try_from(bodies + heads).expect("as many as there are ports");
    let mut arrivals = interval(ARRIVAL / all);
    for number in 0..bodies + heads {
        arrivals.tick().await;
        let delivery = deliveries.genuine();
        let framing = format!("content-length: {}", delivery.body.len());
        let head = wire::head(&delivery, &framing);
        tasks.spawn(async move {
            if number < bodies {
                trickle(address, head.as_bytes(), &delivery.body, &[408]).await
            } else {
                trickle(address, b"", head.as_bytes(), &[]).await
            }
        });
    }
    let cut = tasks.join_all().await;
    let earliest = cut.iter().min().expect("some were cut off");
    let latest = cut.iter().max().expect("some were cut off");
    (*earliest, *latest)
}

/// Sends `first` at once and then a byte of `rest` a second, until the receiver has had enough and says so with `statuses`.
async fn trickle(address: SocketAddr, first: &[u8], rest: &[u8], statuses: &[u16]) -> Duration {
    let (start, stalled) = (Instant::now(), stalls::total());
    let (mut reader, mut writer) = wire::connect(address).await.into_split();
    let trickle = async {
        writer.write_all(first).await?;
        for byte in rest {
            writer.write_all(slice::from_ref(byte)).await?;
            sleep(Duration::from_secs(1)).await;
        }
        Ok::<_, std::io::Error>(())
    };
    let answered = tokio::select! {
        answered = wire::statuses_until_closed(&mut reader) => answered,
        Ok(()) = trickle => panic!("the receiver waited for a slow sender to the end"),
    };
    let took = start.elapsed();
    assert_eq!(answered, statuses);
    assert!(took >= DEADLINE, "cut off after {took:?}");
    let stalled = stalls::total().saturating_sub(stalled);
    assert!(
        took <= DEADLINE + MARGIN + stalled,
        "cut off after {took:?}"
    );
    took
}
