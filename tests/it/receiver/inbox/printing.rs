//! What is stored is printed by the worker.

use std::{process::Stdio, thread};

use super::{
    super::{
        process::{Delivery, Process, command},
        right::inbox_url,
    },
    assert_silent, inbox, next, start, wait_for_dead,
};

#[test]
fn a_delivery_is_answered_202_once_stored_and_printed_once() {
    let url = inbox_url();
    let (receiver, lines) = start(&[("INBOX_URL", &url)]);
    let delivery = Delivery::default();
    assert_eq!(receiver.send(&delivery.bytes()), 202);
    let line = next(&lines);
    assert_eq!(line["id"], delivery.id);
    assert_eq!(line["event_type"], "contact.created");
    assert_eq!(receiver.send(&delivery.bytes()), 200, "known");
    assert_silent(&lines);
}

#[test]
fn of_concurrent_duplicates_one_is_answered_202_and_the_others_200() {
    let url = inbox_url();
    let (receiver, lines) = start(&[("INBOX_URL", &url)]);
    let delivery = Delivery::default();
    let statuses = thread::scope(|scope| {
        let send = || scope.spawn(|| receiver.send(&delivery.bytes()));
        let sending: Vec<_> = (0..16).map(|_| send()).collect();
        let statuses = sending.into_iter().map(|sent| sent.join().unwrap());
        let mut statuses: Vec<_> = statuses.collect();
        statuses.sort_unstable();
        statuses
    });
    assert_eq!(statuses, [[200].repeat(15), vec![202]].concat());
    assert_eq!(next(&lines)["id"], delivery.id);
    assert_silent(&lines);
}

#[test]
fn what_was_accepted_before_a_stop_is_known_after_it() {
    let url = inbox_url();
    let delivery = Delivery::default();
    let (receiver, lines) = start(&[("INBOX_URL", &url)]);
    assert_eq!(receiver.send(&delivery.bytes()), 202);
    assert_eq!(next(&lines)["id"], delivery.id);
    let (status, _) = receiver.stop();
    assert!(status.success());
    let (receiver, lines) = start(&[("INBOX_URL", &url)]);
    assert_eq!(receiver.send(&delivery.bytes()), 200);
    assert_silent(&lines);
}

#[test]
fn what_nobody_could_read_before_a_kill_is_printed_after_it() {
    let url = inbox_url();
    let variables = [("INBOX_URL", url.as_str()), ("INBOX_LEASE_SECS", "1")];
    let mut deliveries: Vec<_> = (0..600).map(|_| Delivery::default()).collect();
    // Its output is not read, so that most wait behind one line.
    let mut unread = command(&variables);
    let mut receiver = Process::try_start({
        unread.stdout(Stdio::piped());
        unread
    })
    .unwrap();
    let output = receiver.take_output();
    for delivery in &deliveries {
        assert_eq!(receiver.send(&delivery.bytes()), 202);
    }
    drop(receiver);
    let read_late: Vec<_> = super::lines(output).iter().collect();
    let (_receiver, lines) = start(&variables);
    // A line that was cut off is not one.
    deliveries.retain(|delivery| {
        !read_late.iter().any(|line| {
            let line = serde_json::from_str::<serde_json::Value>(line);
            line.is_ok_and(|line| line["id"] == *delivery.id)
        })
    });
    assert!(!deliveries.is_empty());
    while !deliveries.is_empty() {
        let line = next(&lines);
        deliveries.retain(|delivery| line["id"] != *delivery.id);
    }
}

#[test]
fn an_event_that_does_not_open_is_stored_and_becomes_a_dead_letter() {
    let url = inbox_url();
    let (receiver, lines) = start(&[("INBOX_URL", &url)]);
    let malformed = Delivery {
        body: "no JSON".to_owned(),
        ..Delivery::default()
    };
    assert_eq!(receiver.send(&malformed.bytes()), 202);
    let [letter] = &wait_for_dead(&url, 1)[..] else {
        unreachable!("one was awaited")
    };
    assert_eq!(letter["id"], malformed.id);
    assert_eq!(letter["target"], "print");
    assert_eq!(letter["last_status"], serde_json::Value::Null);
    let reason = letter["reason"].as_str().unwrap();
    assert!(reason.starts_with("rejected: "), "{reason}");
    assert!(!reason.contains("no JSON"), "{reason}");
    assert_silent(&lines);
    let (code, stdout, _) = inbox(&url, &["show", &malformed.id]);
    assert_eq!(code, 0);
    assert!(stdout.contains(reason), "{stdout}");
}
