//! As much as the receiver takes, for a long time.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{
    deliveries::Deliveries,
    figures::Figures,
    receiver::Receiver,
    resources::{self, mib},
    stalls,
    traffic::Traffic,
};

const SAMPLES: u32 = 300;

pub(crate) async fn run(program: &Path, duration: Duration, senders: usize) -> Figures {
    let receiver = Receiver::start(program, []).await;
    let (start, stalled) = (Instant::now(), stalls::total());
    let before = receiver.resources();
    let traffic = Traffic::new(&receiver);
    let sending = traffic.clone();
    let running = tokio::spawn(async move {
        let end = start + duration;
        let pause = Duration::ZERO;
        sending.run(senders, Deliveries::mixed, pause, end).await
    });

    let mut resident_kib = Vec::new();
    while start.elapsed() < duration {
        sleep(duration / SAMPLES).await;
        resident_kib.push(receiver.resources().resident_kib);
    }
    let answers = running.await.expect("every answer was as it should be");
    let took = start.elapsed();
    traffic.assert_complete(&answers, senders);
    drop(traffic);
    resources::assert_flat(&resident_kib);
    let after = receiver.settled(before).await;
    let totals = receiver.stop().await;
    // Without a stall nothing is late, and what is printed is what was acknowledged.
    let unacknowledged = totals.printed - totals.acknowledged;
    assert!(
        unacknowledged <= answers.late(),
        "{unacknowledged} were printed and answered otherwise"
    );

    let stalled = stalls::total().saturating_sub(stalled);
    let mut figures = Figures::default();
    figures.add("duration", format!("{took:.0?}"));
    figures.add("stood still", format!("{stalled:.0?}"));
    figures.add("deliveries", answers.total());
    figures.add(
        "a second",
        u128::from(answers.total()) * 1000 / took.as_millis(),
    );
    figures.add("acknowledged and printed", answers.acknowledged);
    figures.add("forged and refused", answers.refused);
    figures.add("late, while it stood still", answers.late());
    figures.add_latencies(&answers.latencies);
    figures.add("memory at the start", mib(before.resident_kib));
    figures.add_memory(&resident_kib);
    figures.add("after", after);
    figures
}
