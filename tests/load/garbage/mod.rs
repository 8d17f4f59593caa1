//! What no honest sender sends.

mod cases;

use std::path::Path;

use fastrand::Rng;
use tokio::task::JoinSet;

use crate::{
    deliveries::{Deliveries, Delivery},
    figures::Figures,
    receiver::Receiver,
    resources,
    traffic::{Answer, Traffic},
    wire,
};

/// For the same garbage in every run.
const SEED: u64 = 0x7765_6268_6f6f_6b73;
const RANDOM: usize = 200;
/// The second round must not need more memory than the first.
const ROUNDS: usize = 2;

pub(crate) async fn run(program: &Path, mutations: usize) -> Figures {
    let receiver = Receiver::start(program, []).await;
    let before = receiver.resources();
    let traffic = Traffic::new(&receiver);
    let mut rng = Rng::with_seed(SEED);
    let mut accepted = 0;
    let mut afterwards = Vec::new();
    for _ in 0..ROUNDS {
        send_cases(&receiver, &traffic.deliveries).await;
        send_random(&receiver, &mut rng).await;
        accepted += send_mutations(&receiver, &traffic.deliveries, &mut rng, mutations).await;
        let honest = traffic.send(traffic.deliveries.genuine()).await;
        assert_eq!(honest, Answer::Acknowledged);
        // The honest sender keeps its connection.
        afterwards.push(receiver.settled(before.with_descriptors(1)).await);
    }
    let totals = receiver.stop().await;

    let (first, last) = (afterwards[0], afterwards[ROUNDS - 1]);
    let cases = cases::all(&Deliveries::new()).len();
    resources::assert_nothing_kept(first, last, (ROUNDS - 1) * (cases + RANDOM + mutations));
    let mut figures = Figures::default();
    figures.add("hostile requests", ROUNDS * cases);
    figures.add("connections of random bytes", ROUNDS * RANDOM);
    figures.add("damaged requests", ROUNDS * mutations);
    figures.add("accepted, with what is signed intact", accepted);
    figures.add("printed, each as it was signed", totals.printed);
    figures.add("before", before);
    figures.add("after the first round", first);
    figures.add("after the last round", last);
    figures
}

/// All at a time, since some are only cut off by a time-out.
async fn send_cases(receiver: &Receiver, deliveries: &Deliveries) {
    let mut tasks = JoinSet::new();
    for case in cases::all(deliveries) {
        let (address, ledger) = (receiver.address, receiver.ledger.clone());
        tasks.spawn(async move {
            for delivery in &case.genuine {
                ledger.sent(delivery);
            }
            let statuses = wire::statuses(address, &case.bytes).await;
            assert_eq!(statuses, case.statuses, "{}", case.description);
            for delivery in &case.genuine {
                ledger.acknowledged(delivery);
            }
        });
    }
    tasks.join_all().await;
}

async fn send_random(receiver: &Receiver, rng: &mut Rng) {
    let mut tasks = JoinSet::new();
    for _ in 0..RANDOM {
        let mut bytes = vec![0; rng.usize(1..4096)];
        rng.fill(&mut bytes);
        let address = receiver.address;
        tasks.spawn(async move {
            let statuses = wire::statuses(address, &bytes).await;
            assert!(
                matches!(statuses[..], [] | [400]),
                "{statuses:?} to {bytes:?}"
            );
        });
    }
    tasks.join_all().await;
}

/// Returns how many were accepted: those that were damaged where nothing is signed.
async fn send_mutations(
    receiver: &Receiver,
    deliveries: &Deliveries,
    rng: &mut Rng,
    mutations: usize,
) -> usize {
    let mut tasks = JoinSet::new();
    for _ in 0..mutations {
        let delivery = deliveries.genuine();
        let bytes = damaged(&delivery, rng);
        let (address, ledger) = (receiver.address, receiver.ledger.clone());
        tasks.spawn(async move {
            ledger.sent(&delivery);
            let statuses = wire::statuses(address, &bytes).await;
            assert!(
                statuses.iter().all(|status| *status < 500),
                "{statuses:?} to {:?}",
                String::from_utf8_lossy(&bytes)
            );
            let is_accepted = statuses.contains(&204);
            if is_accepted {
                ledger.acknowledged(&delivery);
            }
            usize::from(is_accepted)
        });
    }
    tasks.join_all().await.iter().sum()
}

/// A request with some of its bytes changed, left out or added.
pub(crate) fn damaged(delivery: &Delivery, rng: &mut Rng) -> Vec<u8> {
    let mut request = wire::request(delivery);
    for _ in 0..rng.usize(1..=4) {
        let place = rng.usize(..request.len());
        match rng.u8(..3) {
            0 => request[place] = rng.u8(..),
            1 => drop(request.remove(place)),
            _ => request.insert(place, *rng.choice(b"\r\n :,;\0").unwrap_or(&0)),
        }
    }
    request
}
