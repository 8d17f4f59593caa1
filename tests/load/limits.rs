//! Bodies at the limit.

use std::path::Path;

use crate::{
    deliveries::{Deliveries, Delivery},
    figures::Figures,
    receiver::Receiver,
    wire,
};

/// The receiver's default.
const LIMIT: usize = 1024 * 1024;
const FRAMINGS: [fn(&Delivery) -> Vec<u8>; 2] = [wire::request, wire::chunked_request];

pub(crate) async fn run(program: &Path) -> Figures {
    let receiver = Receiver::start(program, []).await;
    let deliveries = Deliveries::new();
    for size in [LIMIT - 1, LIMIT] {
        for request in FRAMINGS {
            let delivery = deliveries.of_size(size);
            receiver.ledger.sent(&delivery);
            let statuses = wire::statuses(receiver.address, &request(&delivery)).await;
            assert_eq!(statuses, [204], "{size} bytes");
            receiver.ledger.acknowledged(&delivery);
        }
    }

    // Neither is sent to its end, so that nothing is under way any more when the answer comes.
    let above = deliveries.of_size(LIMIT + 1);
    let announced = wire::head(&above, &format!("content-length: {}", LIMIT + 1));
    assert_eq!(
        wire::statuses(receiver.address, announced.as_bytes()).await,
        [413]
    );
    let chunked = wire::chunked_request(&above);
    let endless = &chunked[..chunked.len() - wire::LAST_CHUNK.len()];
    assert_eq!(wire::statuses(receiver.address, endless).await, [413]);
    assert_eq!(receiver.stop().await.printed, 4);

    let mut figures = Figures::default();
    figures.add(
        format!("{} and {LIMIT} bytes", LIMIT - 1),
        "204, by content-length and in chunks",
    );
    figures.add(
        format!("{} bytes", LIMIT + 1),
        "413, by content-length and in chunks",
    );
    figures
}
