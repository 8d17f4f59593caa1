//! A log that nobody reads.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{deliveries::Deliveries, figures::Figures, receiver::Receiver, traffic::Traffic};

/// Long enough for many times what a pipe holds.
const TRAFFIC: Duration = Duration::from_secs(5);

pub(crate) async fn run(program: &Path, senders: usize) -> Figures {
    let mut receiver = Receiver::start(program, [("RUST_LOG", "debug")]).await;
    let traffic = Traffic::new(&receiver);
    let unread = Arc::clone(&receiver.log).lock_owned().await;
    let end = Instant::now() + TRAFFIC;
    let answers = traffic
        .run(senders, Deliveries::mixed, Duration::ZERO, end)
        .await;
    traffic.assert_complete(&answers, senders);
    let took = receiver.terminate().await;
    drop(unread);
    receiver.close().await;

    let mut figures = Figures::default();
    figures.add("deliveries", answers.total());
    figures.add("acknowledged, none of them lost", answers.acknowledged);
    figures.add("the stop took", format!("{took:.1?}"));
    figures
}
