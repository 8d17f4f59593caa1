//! More connections than the receiver has places for.

use std::{path::Path, time::Instant};

use crate::{
    figures::Figures,
    receiver::{DEADLINE, Receiver},
    traffic::{Answer, Traffic},
    wire,
};

const PLACES: usize = 64;
const SILENT: usize = 100;

pub(crate) async fn run(program: &Path) -> Figures {
    let receiver =
        Receiver::start(program, [("MAX_CONNECTIONS", PLACES.to_string().as_str())]).await;
    let before = receiver.resources();
    let start = Instant::now();
    let mut silent = Vec::new();
    for _ in 0..SILENT {
        silent.push(wire::connect(receiver.address).await);
    }
    let traffic = Traffic::new(&receiver);
    let sending = traffic.send(traffic.deliveries.genuine());
    let (answer, during) = receiver.peak_during(sending).await;
    let waited = start.elapsed();
    assert_eq!(answer, Answer::Acknowledged);
    assert!(waited >= DEADLINE, "it had a place after {waited:?}");
    assert_eq!(
        during.descriptors,
        before.descriptors + PLACES,
        "every place is taken, and no more"
    );
    drop((silent, traffic));
    let after = receiver.settled(before).await;
    receiver.stop().await;

    let mut figures = Figures::default();
    figures.add(
        "silent connections",
        format!("{SILENT} for {PLACES} places"),
    );
    figures.add("an honest sender waited", format!("{waited:.1?}"));
    figures.add("before", before);
    figures.add("during, at the most", during);
    figures.add("after", after);
    figures
}
