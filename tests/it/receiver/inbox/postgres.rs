//! Receivers that share a PostgreSQL.

use std::{collections::BTreeSet, time::Duration};

use axum::http::StatusCode;

use super::{
    super::process::Delivery,
    inbox, next, start,
    target::{self, Server},
    wait_for_dead,
};
use crate::postgres_server::url_or_skip;

#[test]
fn a_delivery_is_stored_and_printed_by_one_of_two_receivers() {
    let Some(url) = url_or_skip("the receiver over PostgreSQL") else {
        return;
    };
    let (first, first_lines) = start(&[("INBOX_URL", &url)]);
    let delivery = Delivery::default();
    assert_eq!(first.send(&delivery.bytes()), 202);
    assert_eq!(next(&first_lines)["id"], delivery.id);
    let (second, second_lines) = start(&[("INBOX_URL", &url)]);
    assert_eq!(second.send(&delivery.bytes()), 200, "stored by the first");
    super::assert_silent(&second_lines);
}

#[test]
fn two_receivers_share_the_load_and_one_takes_over_from_one_that_was_killed() {
    let Some(url) = url_or_skip("receivers that share a PostgreSQL") else {
        return;
    };
    let slow = Server::start_slow(|_| (Duration::from_millis(500), StatusCode::OK));
    let target_url = slow.url();
    let variables = [
        ("INBOX_URL", url.as_str()),
        ("FORWARD_URLS", &target_url),
        ("FORWARD_SECRET", target::SECRET),
        ("WORKERS", "2"),
        ("INBOX_LEASE_SECS", "1"),
    ];
    let (first, _lines) = start(&variables);
    let (_second, _other_lines) = start(&variables);
    let mut ids = BTreeSet::new();
    for _ in 0..12 {
        let delivery = Delivery::default();
        assert_eq!(first.send(&delivery.bytes()), 202);
        ids.insert(delivery.id);
    }
    // Each has two workers.
    slow.wait_until("four are in progress", || slow.attempts().len() >= 4);
    // By SIGKILL, in the middle of it.
    drop(first);
    let reached = || -> BTreeSet<String> {
        let attempts = slow.attempts();
        let ids = attempts.iter().map(|attempt| attempt.id().to_owned());
        ids.collect()
    };
    slow.wait_until("every delivery has come", || reached() == ids);
    std::thread::sleep(Duration::from_secs(3));
    let attempts = slow.attempts().len();
    assert!(
        (12..=14).contains(&attempts),
        "{attempts}: two were in flight"
    );
    assert_eq!(wait_for_dead(&url, 0), [] as [serde_json::Value; 0]);
}

#[test]
fn dead_letters_are_managed_over_postgresql() {
    let Some(url) = url_or_skip("dead letters in PostgreSQL") else {
        return;
    };
    let (code, _, stderr) = inbox(&url, &["list"]);
    assert_eq!(code, 2, "no receiver has made the tables: {stderr}");
    let (receiver, _lines) = start(&[("INBOX_URL", &url)]);
    let [first, second] = [(); 2].map(|()| {
        let malformed = Delivery {
            body: "no JSON".to_owned(),
            ..Delivery::default()
        };
        assert_eq!(receiver.send(&malformed.bytes()), 202);
        malformed.id
    });
    wait_for_dead(&url, 2);
    let (code, stdout, _) = inbox(&url, &["show", &first]);
    assert_eq!(code, 0);
    assert!(stdout.contains("reason:      rejected: "), "{stdout}");
    assert!(stdout.contains("last status: none"), "{stdout}");
    assert!(receiver.stop().0.success());
    assert_eq!(inbox(&url, &["redrive", &first]).0, 0);
    assert_eq!(wait_for_dead(&url, 1)[0]["id"], *second);
    assert_eq!(
        inbox(&url, &["purge"]),
        (0, "purged 1 dead letter\n".to_owned(), String::new())
    );
    let (code, _, stderr) = inbox(&url, &["redrive", &second]);
    assert_eq!(code, 1);
    assert!(stderr.contains(&second), "{stderr}");
}
