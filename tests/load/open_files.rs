//! Fewer open files than connections.

use std::{path::Path, time::Duration};

use tokio::time::sleep;

use crate::{
    figures::Figures,
    receiver::Receiver,
    stalls,
    traffic::{Answer, Traffic},
    wire,
};

const FILES: usize = 100;
const SILENT: usize = 300;
const SERVED: Duration = Duration::from_secs(20);
const LOGGING: Duration = Duration::from_secs(3);
/// A few, however long it lasts.
const LINES: u64 = 5;

pub(crate) async fn run(program: &Path) -> Figures {
    let receiver = Receiver::start_with_open_files(program, FILES, []).await;
    let mut silent = Vec::new();
    for _ in 0..SILENT {
        silent.push(wire::connect(receiver.address).await);
    }
    let before = receiver.logged();
    let traffic = Traffic::new(&receiver);
    let serving = traffic.send(traffic.deliveries.genuine());
    let answer = stalls::within(SERVED, "an honest delivery", serving).await;
    assert_eq!(answer, Answer::Acknowledged);
    sleep(LOGGING).await;
    let lines = receiver.logged() - before;
    assert!(lines <= LINES, "{lines} lines were logged");
    drop((silent, traffic));
    receiver.stop().await;

    let mut figures = Figures::default();
    figures.add(
        "silent connections",
        format!("{SILENT} for {FILES} open files"),
    );
    figures.add(format!("lines logged in {LOGGING:?}"), lines);
    figures
}
