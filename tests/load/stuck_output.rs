//! A stop while nobody reads the output, so that handlers wait for ever.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{deliveries::Deliveries, figures::Figures, receiver::Receiver, traffic::Traffic};

/// Long enough for the receiver to fill its output and to time out.
const TRAFFIC: Duration = Duration::from_secs(5);

pub(crate) async fn run(program: &Path, senders: usize) -> Figures {
    let mut receiver = Receiver::start(program, [("IDEMPOTENCY", "memory")]).await;
    let traffic = Traffic::new(&receiver);
    let unread = Arc::clone(&receiver.output).lock_owned().await;
    let end = Instant::now() + TRAFFIC;
    let answers = traffic
        .run(senders, Deliveries::mixed, Duration::ZERO, end)
        .await;
    assert!(answers.timed_out > 0, "the output was not stuck");
    let took = receiver.terminate().await;
    drop(unread);
    receiver.close().await;

    let mut figures = Figures::default();
    figures.add("acknowledged, none of them lost", answers.acknowledged);
    figures.add("timed out", answers.timed_out);
    figures.add("the stop took", format!("{took:.1?}"));
    figures
}
