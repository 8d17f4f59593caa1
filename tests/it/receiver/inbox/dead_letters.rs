//! The commands for dead letters.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::http::StatusCode;

use super::{
    super::{
        process::{Delivery, command},
        right::inbox_url,
    },
    assert_silent, inbox, start,
    target::{self, Server},
    wait_for_dead,
};

/// A receiver with one target, whose attempts fail until it is told otherwise, and two dead letters.
struct Dead {
    url: String,
    target: Server,
    works: Arc<AtomicBool>,
    ids: [String; 2],
}

impl Dead {
    fn variables<'v>(url: &'v str, target: &'v str) -> [(&'static str, &'v str); 4] {
        [
            ("INBOX_URL", url),
            ("FORWARD_URLS", target),
            ("FORWARD_SECRET", target::SECRET),
            ("INBOX_SCHEDULE_SECS", "0.1"),
        ]
    }

    fn make() -> Self {
        let (url, works) = (inbox_url(), Arc::<AtomicBool>::default());
        let switch = Arc::clone(&works);
        let target = Server::start(move |_| {
            if switch.load(Ordering::Relaxed) {
                StatusCode::OK
            } else {
                StatusCode::BAD_GATEWAY
            }
        });
        let target_url = target.url();
        let (receiver, _lines) = start(&Self::variables(&url, &target_url));
        let ids = [(); 2].map(|()| {
            let delivery = Delivery::default();
            assert_eq!(receiver.send(&delivery.bytes()), 202);
            delivery.id
        });
        wait_for_dead(&url, 2);
        let (status, _) = receiver.stop();
        assert!(status.success());
        Self {
            url,
            target,
            works,
            ids,
        }
    }
}

#[test]
fn without_a_running_receiver_they_are_listed_shown_sent_again_and_purged() {
    let dead = Dead::make();
    let [first, second] = &dead.ids;
    let letters = wait_for_dead(&dead.url, 2);
    let target_url = dead.target.url();
    for letter in &letters {
        assert!(dead.ids.iter().any(|id| letter["id"] == **id), "{letter}");
        assert_eq!(letter["target"], target_url);
        assert_eq!(letter["last_status"], 502);
        assert_eq!(letter["attempts"], 2);
    }

    let (code, stdout, stderr) = inbox(&dead.url, &["show", first]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    for line in [
        format!("message id:  {first}"),
        format!("target:      {target_url}"),
        "attempts:    2".to_owned(),
        "last status: 502".to_owned(),
        "reason:      the target responded 502 Bad Gateway".to_owned(),
    ] {
        assert!(stdout.lines().any(|shown| shown == line), "{stdout}");
    }
    assert!(!stdout.contains(second), "{stdout}");

    let sent_again = format!("{first} is sent again to 1 target\n");
    assert_eq!(
        inbox(&dead.url, &["redrive", first]),
        (0, sent_again, String::new())
    );
    assert_eq!(wait_for_dead(&dead.url, 1)[0]["id"], **second);
    assert_eq!(
        inbox(&dead.url, &["purge"]),
        (0, "purged 1 dead letter\n".to_owned(), String::new())
    );
    assert_eq!(
        inbox(&dead.url, &["list"]),
        (0, String::new(), String::new())
    );
    assert_eq!(
        inbox(&dead.url, &["purge"]),
        (0, "purged 0 dead letters\n".to_owned(), String::new())
    );

    // The receiver comes back: what was sent again arrives, what was purged is known and stays purged.
    dead.works.store(true, Ordering::Relaxed);
    let (receiver, lines) = start(&Dead::variables(&dead.url, &target_url));
    let attempts = dead.target.wait_for(5);
    assert_eq!(attempts[4].id(), first);
    let again = Delivery {
        id: second.clone(),
        ..Delivery::default()
    };
    assert_eq!(receiver.send(&again.bytes()), 200);
    assert_silent(&lines);
    assert_eq!(dead.target.attempts().len(), 5);
}

#[test]
fn a_message_is_sent_again_with_all_attempts_while_the_receiver_runs() {
    let dead = Dead::make();
    let target_url = dead.target.url();
    let (_receiver, _lines) = start(&Dead::variables(&dead.url, &target_url));
    assert_eq!(inbox(&dead.url, &["redrive", &dead.ids[1]]).0, 0);
    dead.target.wait_for(4 + 2);
    wait_for_dead(&dead.url, 2);
}

#[test]
fn an_unknown_id_is_named_with_exit_code_1() {
    let dead = Dead::make();
    for command in ["show", "redrive"] {
        let (code, stdout, stderr) = inbox(&dead.url, &[command, "msg_unknown"]);
        assert_eq!((code, stdout.as_str()), (1, ""), "{command}");
        assert!(stderr.contains("msg_unknown"), "{command}: {stderr}");
    }
    wait_for_dead(&dead.url, 2);
}

#[test]
fn wrong_usage_and_wrong_settings_have_exit_code_2() {
    for arguments in [
        &[][..],
        &["lst"],
        &["show"],
        &["redrive"],
        &["list", "msg_1"],
        &["show", "msg_1", "msg_2"],
    ] {
        let (code, stdout, stderr) = inbox(&inbox_url(), arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
        assert!(!stderr.is_empty(), "{arguments:?}");
    }
    for (url, mistake) in [
        (inbox_url().as_str(), "there is no such file"),
        ("", "is missing"),
        ("inbox.db", "is neither"),
        ("sqlite:/etc/passwd", "not an inbox"),
        ("postgres://user:hush@127.0.0.1:1/database", "unavailable"),
    ] {
        let (code, stdout, stderr) = inbox(url, &["list"]);
        assert_eq!((code, stdout.as_str()), (2, ""), "{url}: {stderr}");
        assert!(stderr.starts_with("INBOX_URL: "), "{url}: {stderr}");
        assert!(stderr.contains(mistake), "{url}: {stderr}");
        assert!(!stderr.contains("hush"), "{stderr}");
    }
    let help = command(&[]).args(["inbox", "--help"]).output().unwrap();
    assert!(help.status.success());
}
