//! More connections than the receiver has places for: those that ask for nothing give theirs up.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    figures::Figures,
    receiver::Receiver,
    traffic::{Answer, Traffic},
    wire,
};

const PLACES: usize = 64;
const SILENT: usize = 100;
/// Far less than the deadline, for which a silent connection may be open otherwise.
const SOON: Duration = Duration::from_secs(5);

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
    assert!(waited <= SOON, "it had a place after {waited:?}");
    assert!(
        during.descriptors <= before.descriptors + PLACES + 1,
        "all places, one connection that waits for its place, and no more: {during}"
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
