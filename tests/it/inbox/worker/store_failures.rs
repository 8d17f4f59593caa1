//! What the operator is told of leases that were lost and of a store that fails.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use tower_webhook::inbox::{Fate, SqliteInbox, Worker};

use super::{
    super::support::{Directory, Running, receiver, store, until},
    Calls,
    told::{Say, Told},
    wait,
};
use crate::support::log_of;

/// What is logged of a delivery whose handler goes on until its lease was renewed so many times, and which the worker then
/// settles, in so many attempts.
fn log_of_a_delivery(
    say: &[(&'static str, Say)],
    renewals: usize,
    settlements: usize,
) -> (String, Told, u32) {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let told = Told::new(&inbox);
    let told = say
        .iter()
        .fold(told, |told, (method, what)| told.say(method, *what));
    let (calls, go_on) = (Calls::default(), Arc::new(Notify::new()));
    let worker = Worker::new(told.clone(), receiver(), wait(&calls, &go_on))
        .poll_interval(Duration::from_millis(50))
        // Renewed three times as often.
        .lease(Duration::from_millis(100));
    // On this thread, where the log is caught.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let log = log_of(|| {
        runtime.block_on(async {
            store(&inbox, &["handler"], &["msg_1"]).await;
            let running = Running::start(worker);
            for (method, times) in [("stats", 1), ("renew", renewals)] {
                until(method, async || told.count(method) >= times).await;
            }
            go_on.notify_one();
            until("settle", async || told.count("settle") >= settlements).await;
            running.stop().await;
        });
    });
    (log, told, calls.of("msg_1"))
}

/// The lines of a log with a text.
fn lines<'l>(log: &'l str, text: &str) -> Vec<&'l str> {
    log.lines().filter(|line| line.contains(text)).collect()
}

#[test]
fn a_lease_that_ended_while_its_handler_ran_is_told_and_the_handler_goes_on() {
    let say = [("renew", Say::NotOwner), ("settle", Say::NotOwner)];
    let (log, told, calls) = log_of_a_delivery(&say, 1, 1);
    let lost = lines(&log, "a lease ended while its handler ran");
    assert_eq!(lost.len(), 2, "by the renewal and by the settlement: {log}");
    for line in lost {
        assert!(line.contains("WARN tower_webhook: "), "{line}");
        assert!(line.contains("target_name=\"handler\""), "{line}");
        assert!(line.contains("message_id=\"msg_1\""), "{line}");
    }
    // What is another's is neither renewed nor settled again, and what this handler did is told nevertheless.
    assert_eq!((told.count("renew"), told.count("settle")), (1, 1));
    let handled = lines(&log, "webhook handled from the inbox");
    assert_eq!((handled.len(), calls), (1, 1), "{log}");
    assert!(!log.contains("the inbox failed"), "{log}");
}

#[test]
fn a_store_that_fails_is_told_with_what_it_was_to_do_and_the_delivery_is_handled_once() {
    let failing = ["claim", "renew", "settle", "sweep", "stats"];
    let say = failing.map(|method| (method, Say::Down));
    let (log, told, calls) = log_of_a_delivery(&say, 2, 2);
    let failures = lines(&log, "the inbox failed");
    assert_eq!(failures.len(), failing.len(), "{log}");
    for method in failing {
        let of_method = lines(&log, &format!("what=\"{method}\""));
        assert_eq!(of_method.len(), 1, "{log}");
        // What is deleted and counted is every target's.
        let target = match method {
            "sweep" | "stats" => "",
            _ => "handler",
        };
        for part in [
            "ERROR tower_webhook: the inbox failed",
            &format!("target_name=\"{target}\""),
            "error=\"the inbox is unavailable\"",
        ] {
            assert!(of_method[0].contains(part), "no {part} in {log}");
        }
    }
    assert_eq!(told.fates("handler"), [Fate::Done { status: 200 }]);
    assert_eq!(calls, 1);
    assert!(!log.contains("a lease ended"), "{log}");
}
