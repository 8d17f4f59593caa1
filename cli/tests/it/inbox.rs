use std::{convert::Infallible, path::Path, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::{
    Receiver, Timestamp, WebhookLayer,
    inbox::{Enqueue, Inbox, Schedule, SqliteInbox, Target, Worker},
    testing::Signer,
};

use crate::support::{Output, SECRET, run};

/// An inbox in which each of `ids` is dead.
fn dead(path: &Path, ids: &[&str]) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let inbox = SqliteInbox::open(path).unwrap();
        let receiver = Receiver::builder([SECRET]).build().unwrap();
        let enqueue = Enqueue::new(inbox.clone(), &receiver).targets(["crm"]);
        let accept = WebhookLayer::<Bytes>::new(receiver.clone()).layer(enqueue);
        for id in ids {
            let now = Timestamp::from(std::time::SystemTime::now());
            let request = Signer::new(SECRET)
                .unwrap()
                .request(id, now, r#"{"type":"a.b"}"#);
            let response = accept.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), 202);
        }
        let rejects = service_fn(async |_: Request<Full<Bytes>>| {
            let mut response = Response::new(());
            *response.status_mut() = http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok::<_, Infallible>(response)
        });
        let worker = Worker::new(inbox.clone(), receiver, Target::new("crm", rejects))
            .schedule(Schedule::from_seconds("0.01").unwrap());
        let all_dead = async {
            while inbox.dead_letters(None, 100).await.unwrap().len() < ids.len() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        worker.run(all_dead).await;
    });
}

fn inbox(path: &Path, args: &[&str]) -> Output {
    let url = format!("sqlite:{}", path.display());
    run(&[&["inbox", "--inbox-url", &url], args].concat())
}

#[test]
fn dead_letters_are_listed_shown_redriven_and_purged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    dead(&path, &["msg_1", "msg_2", "msg_3"]);

    let list = inbox(&path, &["list"]);
    assert_eq!(list.code, 0, "{list:?}");
    for text in ["msg_1", "msg_2", "msg_3", "crm", "422"] {
        assert!(list.stdout.contains(text), "{}", list.stdout);
    }
    let list = inbox(&path, &["list", "--json", "--limit", "2"]).json();
    assert_eq!(list.as_array().unwrap().len(), 2);

    let show = inbox(&path, &["show", "msg_1"]);
    assert_eq!(show.code, 0);
    assert!(
        show.stdout.contains("last status: 422") && show.stdout.contains("reason: "),
        "{}",
        show.stdout
    );
    let show = inbox(&path, &["show", "msg_1", "--json"]).json();
    assert_eq!(show[0]["id"], "msg_1");
    assert_eq!(show[0]["last_status"], 422);
    assert!(
        show[0]["reason"]
            .as_str()
            .is_some_and(|reason| !reason.is_empty())
    );

    let redrive = inbox(&path, &["redrive", "msg_1", "--json"]);
    assert_eq!(
        (redrive.code, redrive.json()["redriven"].as_u64()),
        (0, Some(1))
    );
    for command in ["show", "redrive"] {
        for id in ["msg_1", "msg_unknown"] {
            let unknown = inbox(&path, &[command, id]);
            assert_eq!(unknown.code, 1, "{command} {id}: {unknown:?}");
            assert!(unknown.stderr.contains(id));
        }
    }
    let purge = inbox(&path, &["purge"]);
    assert_eq!((purge.code, purge.stdout.as_str()), (0, "2 purged\n"));
    assert_eq!(inbox(&path, &["list"]).stdout, "no dead letters\n");
}

#[test]
fn an_inbox_that_cannot_be_opened_is_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.db");
    let list = inbox(&missing, &["list"]);
    assert_eq!(list.code, 2);
    assert!(!missing.exists(), "a wrong path makes no file");
    let text = folder.path().join("text");
    std::fs::write(&text, "this is a text and no database at all").unwrap();
    assert_eq!(inbox(&text, &["list"]).code, 2);
    assert_eq!(
        std::fs::read_to_string(&text).unwrap(),
        "this is a text and no database at all"
    );
    for args in [
        &["inbox", "list"][..],
        &["inbox", "--inbox-url", "mysql://host/db", "list"],
        &[
            "inbox",
            "--inbox-url",
            "postgres://user:secret-password@127.0.0.1:1/db",
            "list",
        ],
        &["inbox", "--inbox-url", "sqlite:x", "show"],
    ] {
        let wrong = run(args);
        assert_eq!(wrong.code, 2, "{args:?}: {wrong:?}");
        assert!(!wrong.stderr.contains("secret-password"));
    }
}

#[test]
fn a_list_of_none_at_the_most_is_no_list() {
    let refused = run(&[
        "inbox",
        "list",
        "--limit",
        "0",
        "--inbox-url",
        "sqlite:any.db",
    ]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("--limit"), "{refused:?}");
}
