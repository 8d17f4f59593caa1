//! Stops in the middle of everything.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use crate::{
    deliveries::Deliveries, figures::Figures, receiver::Receiver, stalls, traffic::Traffic, wire,
};

const ROUNDS: usize = 3;
/// Longer than a round, so that the stop ends the traffic.
const TRAFFIC: Duration = Duration::from_secs(120);
/// Far less than the deadline, for which an idle connection may be open otherwise.
const AT_ONCE: Duration = Duration::from_secs(3);

pub(crate) async fn run(program: &Path, senders: usize) -> Figures {
    let mut figures = Figures::default();
    for round in 1..=ROUNDS {
        let mut receiver = Receiver::start(program, [("IDEMPOTENCY", "memory")]).await;
        let traffic = Traffic::new(&receiver);
        let sending = traffic.clone();
        let running = tokio::spawn(async move {
            let end = Instant::now() + TRAFFIC;
            sending
                .run(senders, Deliveries::mixed, Duration::ZERO, end)
                .await
        });
        let idle = wire::connect(receiver.address).await;
        let mut unfinished = wire::connect(receiver.address).await;
        let head = wire::head(&traffic.deliveries.genuine(), "content-length: 9");
        unfinished
            .write_all(head.as_bytes())
            .await
            .expect("it is read");
        sleep(Duration::from_secs(1)).await;

        let (took, (), answered) = tokio::join!(
            receiver.terminate(),
            closed_at_once(idle),
            wire::statuses_until_closed(&mut unfinished),
        );
        assert_eq!(answered, [408], "the unfinished request had its time");
        let answers = running.await.expect("every answer was as it should be");
        assert_eq!(
            usize::try_from(answers.gone),
            Ok(senders),
            "the stop ended the traffic"
        );
        // A sender may begin with a request on a connection that is being closed, and find out when it is.
        let excused = traffic.excused(senders);
        let per_sender = u64::try_from(senders).unwrap_or(u64::MAX);
        assert!(answers.unanswered <= per_sender + excused);
        let totals = receiver.close().await;
        let unacknowledged = totals.printed - totals.acknowledged;
        assert!(
            unacknowledged <= excused,
            "{unacknowledged} were handled and not answered"
        );
        figures.add(format!("stop {round}, took"), format!("{took:.1?}"));
        figures.add(
            format!("stop {round}, acknowledged, none of them lost"),
            totals.acknowledged,
        );
        figures.add(
            format!("stop {round}, never begun with"),
            answers.unanswered,
        );
    }
    figures
}

async fn closed_at_once(mut idle: TcpStream) {
    let end = stalls::within(AT_ONCE, "closing an idle connection", idle.read_u8()).await;
    let error = end.expect_err("nothing was asked");
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
}
