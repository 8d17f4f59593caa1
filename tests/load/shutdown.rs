//! Stops in the middle of everything.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use tokio::{io::AsyncWriteExt, time::sleep};

use crate::{figures::Figures, receiver::Receiver, traffic::Traffic, wire};

const ROUNDS: usize = 3;
/// Longer than a round, so that the stop ends the traffic.
const TRAFFIC: Duration = Duration::from_secs(120);

pub(crate) async fn run(program: &Path, senders: usize) -> Figures {
    let mut figures = Figures::default();
    for round in 1..=ROUNDS {
        let mut receiver = Receiver::start(program).await;
        let traffic = Traffic::new(&receiver);
        let deliveries = traffic.deliveries.clone();
        let running = tokio::spawn(async move {
            traffic
                .run(senders, Duration::ZERO, Instant::now() + TRAFFIC)
                .await
        });
        // A connection that is idle, and one that never sends its body.
        let _idle = wire::connect(receiver.address).await;
        let mut unfinished = wire::connect(receiver.address).await;
        let head = wire::head(&deliveries.genuine(), "content-length: 9");
        unfinished
            .write_all(head.as_bytes())
            .await
            .expect("it is read");
        sleep(Duration::from_secs(1)).await;

        let took = receiver.terminate().await;
        let answers = running.await.expect("every answer was as it should be");
        assert_eq!(
            usize::try_from(answers.gone),
            Ok(senders),
            "the stop ended the traffic"
        );
        let totals = receiver.close().await;
        assert_eq!(totals.acknowledged, answers.acknowledged);
        figures.add(format!("stop {round}, took"), format!("{took:.1?}"));
        figures.add(
            format!("stop {round}, acknowledged, none of them lost"),
            totals.acknowledged,
        );
        let unacknowledged = totals.printed - totals.acknowledged;
        figures.add(
            format!("stop {round}, printed and not acknowledged"),
            unacknowledged,
        );
    }
    figures
}
