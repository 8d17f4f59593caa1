//! Senders that are slow on purpose, beside honest ones.

use std::{
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use tokio::{task::JoinSet, time::interval};

use crate::{
    deliveries::Deliveries,
    figures::{Figures, PERCENTILES, at},
    receiver::{DEADLINE, Receiver},
    resources, stalls,
    traffic::{Answers, Traffic},
    wire,
};

const SENDERS: usize = 4;
/// Honest senders leave the machine time, so that a latency is the receiver's.
const PAUSE: Duration = Duration::from_millis(10);
/// The slow ones come within this time.
const ARRIVAL: Duration = Duration::from_secs(2);
/// How long honest senders are measured beside slow ones: from the first slow one to the end of the last.
const BESIDE: Duration = ARRIVAL.saturating_add(DEADLINE);
/// How long they are measured alone, before and again after that.
const ALONE: Duration = Duration::from_secs(6);
/// What a busy machine of two cores may add to each percentile.
const NOISE: [(f64, Duration); 3] = [
    (50.0, Duration::from_millis(20)),
    (95.0, Duration::from_millis(20)),
    (99.0, Duration::from_millis(200)),
];
/// The first is measured. The others, of half its size, show what becomes of its memory.
const CROWDS: usize = 3;
/// As many as there are if each time more memory is kept.
const CROWDS_AT_MOST: usize = 8;
/// How late a connection may be cut off.
const MARGIN: Duration = Duration::from_secs(5);

pub(crate) async fn run(program: &Path, bodies: usize) -> Figures {
    let heads = bodies / 4;
    let receiver = Receiver::start(program, []).await;
    let traffic = Traffic::new(&receiver);
    honest(&traffic, Duration::from_secs(1)).await;
    let before = receiver.resources();
    let alone_before = honest(&traffic, ALONE).await;

    let slow = send_slowly(receiver.address, bodies, heads);
    let both = async { tokio::join!(slow, honest(&traffic, BESIDE)) };
    let ((cut, beside), during) = receiver.peak_during(both).await;
    assert!(
        during.descriptors >= bodies + heads,
        "all slow ones at once: {during}"
    );
    let mut afterwards = vec![receiver.settled(before).await];
    let alone = [alone_before, honest(&traffic, ALONE).await];
    drop(traffic);
    let connections = bodies / 2 + heads / 2;
    let (mut last_but_one, mut last) = (afterwards[0], afterwards[0]);
    // What the allocator keeps differs from crowd to crowd; what a connection leaves behind, it leaves behind in each.
    while afterwards.len() < CROWDS
        || (afterwards.len() < CROWDS_AT_MOST
            && !resources::nothing_is_kept(last_but_one, last, connections))
    {
        send_slowly(receiver.address, bodies / 2, heads / 2).await;
        (last_but_one, last) = (last, receiver.settled(before).await);
        afterwards.push(last);
    }
    resources::assert_nothing_kept(last_but_one, last, connections);
    receiver.stop().await;

    let mut figures = Figures::default();
    figures.add("bodies of a byte a second", bodies);
    figures.add("heads of a byte a second", heads);
    figures.add("cut off after", format!("{:.1?} to {:.1?}", cut.0, cut.1));
    figures.add("honest answers, alone", alone[0].total() + alone[1].total());
    figures.add("honest answers, beside them", beside.total());
    for percentile in PERCENTILES {
        let (alone, beside) = (
            alone_at(&alone, percentile),
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
    figures.add("during, at the most", during);
    for (crowd, after) in afterwards.iter().enumerate() {
        figures.add(format!("after crowd {}", crowd + 1), after);
    }
    figures
}

async fn honest(traffic: &Traffic, duration: Duration) -> Answers {
    // Only genuine ones: the receiver is done sooner with a forged one.
    let end = Instant::now() + duration;
    let answers = traffic.run(SENDERS, Deliveries::genuine, PAUSE, end).await;
    traffic.assert_complete(&answers, SENDERS);
    answers
}

/// The worse of the two times that they were alone.
fn alone_at(alone: &[Answers; 2], percentile: f64) -> Duration {
    let [before, after] = alone
        .each_ref()
        .map(|answers| at(&answers.latencies, percentile));
    before.max(after)
}

/// Latencies may double, and be some time more for the noise of the machine.
fn assert_unnoticed(alone: &[Answers; 2], beside: &Answers) {
    for (percentile, noise) in NOISE {
        let limit = alone_at(alone, percentile) * 2 + noise;
        let beside = at(&beside.latencies, percentile);
        assert!(
            beside <= limit,
            "p{percentile} is {beside:?}, more than {limit:?}"
        );
    }
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
    let trickle = wire::write_slowly(&mut writer, first, rest, Duration::from_secs(1));
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
