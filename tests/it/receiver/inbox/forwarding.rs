//! What is stored goes to targets, each with a fate of its own.

use std::{
    thread,
    time::{Duration, Instant, SystemTime},
};

use axum::{http::StatusCode, response::IntoResponse};
use tower_webhook::{Timestamp, decrypt::Aes256Cbc, testing::sealed_envelope, voyado::EventType};

use super::{
    super::{
        process::Delivery,
        right::{KEY, inbox_url},
    },
    assert_silent, start,
    target::{self, Forwarded, Server},
    wait_for_dead,
};

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap()
}

fn variables<'v>(url: &'v str, targets: &'v str) -> Vec<(&'static str, &'v str)> {
    vec![
        ("INBOX_URL", url),
        ("FORWARD_URLS", targets),
        ("FORWARD_SECRET", target::SECRET),
        ("INBOX_SCHEDULE_SECS", "0.2,0.2,0.2"),
    ]
}

#[test]
fn each_target_gets_the_body_as_it_was_received_and_signed_anew_and_nothing_is_printed() {
    let url = inbox_url();
    let (first, second) = (
        Server::start(|_| status(204)),
        Server::start(|_| status(200)),
    );
    let targets = format!("{} , {}", first.url(), second.url());
    let (receiver, lines) = start(&variables(&url, &targets));
    // It was signed 100 seconds ago.
    let before = Timestamp::from(SystemTime::now() - Duration::from_secs(50));
    let spaced = Delivery {
        body: EventType::ContactCreated.sample().replace(':', " : "),
        headers: vec![("content-type", "application/json; charset=utf-8")],
        age: Duration::from_secs(100),
        ..Delivery::default()
    };
    assert_eq!(receiver.send(&spaced.bytes()), 202);
    for target in [&first, &second] {
        let [forwarded] = &target.wait_for(1)[..] else {
            unreachable!("one was awaited")
        };
        assert_eq!(forwarded.body, spaced.body);
        assert_eq!(forwarded.id(), spaced.id);
        assert_eq!(
            forwarded.headers["content-type"],
            "application/json; charset=utf-8"
        );
        let timestamp = forwarded.verified().timestamp();
        assert!(timestamp > Some(before), "new: {timestamp:?}");
        assert_eq!(forwarded.verified().id().as_str(), spaced.id);
    }
    assert_silent(&lines);
    assert_eq!((first.attempts().len(), second.attempts().len()), (1, 1));
}

#[test]
fn what_came_encrypted_goes_on_encrypted_with_and_without_the_key() {
    let body = sealed_envelope(EventType::ContactCreated.sample(), |payload| {
        Aes256Cbc::new(KEY).unwrap().seal(payload, [7; 16])
    });
    let sealed = Delivery {
        body: body.unwrap(),
        ..Delivery::default()
    };
    for key in [
        &[][..],
        &[("DECRYPTION_KEY", KEY)],
        &[("DECRYPTION_KEY", KEY), ("REQUIRE_ENCRYPTION", "true")],
    ] {
        let (url, target) = (inbox_url(), Server::start(|_| status(200)));
        let target_url = target.url();
        let (receiver, _lines) = start(&[&variables(&url, &target_url)[..], key].concat());
        assert_eq!(receiver.send(&sealed.bytes()), 202, "{key:?}");
        assert_eq!(target.wait_for(1)[0].body, sealed.body, "{key:?}");
    }
}

#[test]
fn a_target_that_fails_gets_all_its_attempts_and_the_other_one_gets_one() {
    let url = inbox_url();
    let (good, bad) = (
        Server::start(|_| status(200)),
        Server::start(|_| status(500)),
    );
    let targets = format!("{},{}?token=hush", good.url(), bad.url());
    let (receiver, _lines) = start(&variables(&url, &targets));
    let delivery = Delivery::default();
    assert_eq!(receiver.send(&delivery.bytes()), 202);
    let [letter] = &wait_for_dead(&url, 1)[..] else {
        unreachable!("one was awaited")
    };
    assert_eq!(letter["id"], delivery.id);
    assert_eq!(letter["target"], bad.url(), "without its query");
    assert_eq!(letter["last_status"], 500);
    assert_eq!(letter["attempts"], 4);
    let attempts = bad.wait_for(4);
    for (earlier, later) in attempts.iter().zip(&attempts[1..]) {
        assert!(later.at - earlier.at >= Duration::from_millis(200));
        assert_eq!(later.verified().id().as_str(), delivery.id);
    }
    assert_eq!(good.attempts().len(), 1);
    assert_eq!(receiver.logged("hush"), Vec::<String>::new());
}

#[test]
fn retry_after_is_kept_and_another_4xx_is_final() {
    let url = inbox_url();
    let busy = Server::start(|attempt| match attempt {
        1 => (status(503), [("retry-after", "2")]).into_response(),
        _ => status(200).into_response(),
    });
    let gone = Server::start(|_| status(410));
    let targets = format!("{},{}", busy.url(), gone.url());
    let (receiver, _lines) = start(&variables(&url, &targets));
    assert_eq!(receiver.send(&Delivery::default().bytes()), 202);
    let attempts = busy.wait_for(2);
    assert!(attempts[1].at - attempts[0].at >= Duration::from_secs(2));
    assert_eq!(wait_for_dead(&url, 1)[0]["last_status"], 410);
    assert_eq!(gone.attempts().len(), 1);
}

#[test]
fn a_target_that_hangs_occupies_only_its_own_workers() {
    let url = inbox_url();
    let hangs = Server::start_slow(|_| (Duration::from_secs(60), status(200)));
    let good = Server::start(|_| status(200));
    let targets = format!("{},{}", hangs.url(), good.url());
    let mut variables = variables(&url, &targets);
    variables.push(("WORKERS", "2"));
    let (receiver, _lines) = start(&variables);
    for _ in 0..20 {
        assert_eq!(receiver.send(&Delivery::default().bytes()), 202);
    }
    good.wait_for(20);
    assert_eq!(hangs.attempts().len(), 2);
}

#[test]
fn a_target_that_does_not_respond_is_given_up_after_15_seconds() {
    let url = inbox_url();
    let hangs = Server::start_slow(|attempt| {
        let first = Duration::from_secs(60);
        (
            if attempt == 1 { first } else { Duration::ZERO },
            status(200),
        )
    });
    let target_url = hangs.url();
    let (receiver, _lines) = start(&variables(&url, &target_url));
    assert_eq!(receiver.send(&Delivery::default().bytes()), 202);
    let attempts = hangs.wait_for(2);
    let between = attempts[1].at - attempts[0].at;
    assert!(between >= Duration::from_secs(15), "{between:?}");
    assert!(between < Duration::from_secs(19), "{between:?}");
}

#[test]
fn a_stop_settles_what_is_in_flight_and_leaves_the_rest_to_the_next_start() {
    let url = inbox_url();
    let slow = Server::start_slow(|_| (Duration::from_secs(2), status(200)));
    let target_url = slow.url();
    let mut variables = variables(&url, &target_url);
    variables.push(("WORKERS", "2"));
    let (receiver, _lines) = start(&variables);
    for _ in 0..5 {
        assert_eq!(receiver.send(&Delivery::default().bytes()), 202);
    }
    slow.wait_for(2);
    let (status, took) = receiver.stop();
    assert!(status.success());
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(slow.attempts().len(), 2, "no new ones after the signal");
    // Nothing waits for a lease: the claims were settled or given back.
    let restarted = Instant::now();
    let (_receiver, _lines) = start(&variables);
    let attempts = slow.wait_for(5);
    assert!(restarted.elapsed() < Duration::from_secs(15));
    thread::sleep(Duration::from_secs(1));
    assert_eq!(slow.attempts().len(), 5);
    let mut ids: Vec<_> = attempts.iter().map(Forwarded::id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5, "none was sent twice");
}
