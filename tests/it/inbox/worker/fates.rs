//! Done, tried again, or dead.

use std::{
    io,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use http::{Request, Response, header::RETRY_AFTER};
use http_body_util::Full;
use tokio::time::sleep;
use tower::service_fn;
use tower_webhook::{
    Delivery, Json,
    inbox::{Inbox, Retention, Schedule, SqliteInbox, Target},
};

use super::{
    super::support::{Directory, Running, dead, drained, store, until, worker},
    Calls, respond, status,
};

#[tokio::test]
async fn a_success_is_done_and_not_repeated() {
    for success in [200, 202, 204] {
        let directory = Directory::new();
        let inbox = SqliteInbox::open(directory.file()).unwrap();
        let calls = Calls::default();
        let running = Running::start(worker(&inbox, respond(&calls, move |_| status(success))));
        store(&inbox, &["handler"], &["msg_1", "msg_2"]).await;
        drained(&inbox).await;
        running.stop().await;
        assert_eq!((calls.of("msg_1"), calls.of("msg_2")), (1, 1));
        assert_eq!(dead(&inbox).await, []);
    }
}

#[tokio::test]
async fn n_delays_are_n_plus_one_attempts_and_then_it_is_dead() {
    for delays in 0..3_usize {
        let directory = Directory::new();
        let inbox = SqliteInbox::open(directory.file()).unwrap();
        let calls = Calls::default();
        let schedule = Schedule::new(vec![Duration::from_millis(10); delays]);
        let worker = worker(&inbox, respond(&calls, |_| status(500))).schedule(schedule);
        store(&inbox, &["handler"], &["msg_1"]).await;
        let running = Running::start(worker);
        drained(&inbox).await;
        running.stop().await;
        let dead = dead(&inbox).await;
        assert_eq!(calls.of("msg_1") as usize, delays + 1);
        assert_eq!(dead[0].attempts as usize, delays + 1);
        assert_eq!(dead[0].last_status, Some(500));
        assert_eq!(
            dead[0].reason,
            "the target responded 500 Internal Server Error"
        );
    }
}

#[tokio::test]
async fn another_client_error_is_dead_at_once() {
    for client_error in [400, 401, 404, 409, 410, 422] {
        let directory = Directory::new();
        let inbox = SqliteInbox::open(directory.file()).unwrap();
        let calls = Calls::default();
        store(&inbox, &["handler"], &["msg_1"]).await;
        let target = respond(&calls, move |_| status(client_error));
        let running = Running::start(worker(&inbox, target));
        drained(&inbox).await;
        running.stop().await;
        assert_eq!(calls.of("msg_1"), 1);
        assert_eq!(dead(&inbox).await[0].last_status, Some(client_error));
    }
}

#[tokio::test]
async fn what_fails_at_first_succeeds_later() {
    for failure in [302, 429, 500, 502, 503] {
        let directory = Directory::new();
        let inbox = SqliteInbox::open(directory.file()).unwrap();
        let calls = Calls::default();
        store(&inbox, &["handler"], &["msg_1"]).await;
        let target = respond(&calls, move |call| {
            status(if call < 3 { failure } else { 200 })
        });
        let running = Running::start(worker(&inbox, target));
        drained(&inbox).await;
        running.stop().await;
        assert_eq!(calls.of("msg_1"), 3, "{failure}");
        assert_eq!(dead(&inbox).await, []);
    }
}

#[tokio::test]
async fn a_retry_comes_no_earlier_than_asked() {
    let date = || httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3));
    let seconds = || "1".to_owned();
    // A date has no fractions of a second, and is made before it is stored.
    for (failure, asked) in [
        (429, &seconds as &dyn Fn() -> String),
        (503, &seconds),
        (503, &date),
    ] {
        let at_least = Duration::from_secs(1);
        let directory = Directory::new();
        let inbox = SqliteInbox::open(directory.file()).unwrap();
        let calls = Calls::default();
        store(&inbox, &["handler"], &["msg_1"]).await;
        let asked = asked();
        let times = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&times);
        let target = respond(&calls, move |call| {
            seen.lock().unwrap().push(Instant::now());
            if call > 1 {
                return status(200);
            }
            let response = Response::builder()
                .status(failure)
                .header(RETRY_AFTER, &asked);
            response.body(()).unwrap()
        });
        let running = Running::start(worker(&inbox, target));
        drained(&inbox).await;
        running.stop().await;
        let times = times.lock().unwrap();
        assert!(
            times[1] - times[0] >= at_least,
            "{failure} {:?}",
            times[1] - times[0]
        );
    }
}

#[tokio::test]
async fn a_panic_and_an_error_and_a_time_out_are_failed_attempts() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["panic", "error", "slow"], &["msg_1"]).await;
    let panicking = service_fn(async |request: Request<Full<Bytes>>| {
        assert!(request.uri().path().is_empty(), "this handler panics");
        Ok::<_, io::Error>(Response::new(()))
    });
    let failing = service_fn(async |_: Request<Full<Bytes>>| {
        Err::<Response<()>, _>(io::Error::other("no connection"))
    });
    let slow = service_fn(async |_: Request<Full<Bytes>>| {
        sleep(Duration::from_secs(3600)).await;
        Ok::<_, io::Error>(Response::new(()))
    });
    let once = Schedule::new([Duration::from_millis(1)]);
    let worker = worker(&inbox, Target::new("panic", panicking))
        .target(Target::new("error", failing))
        .target(Target::new("slow", slow).timeout(Duration::from_millis(20)))
        .schedule(once);
    let running = Running::start(worker);
    drained(&inbox).await;
    running.stop().await;
    let mut dead = dead(&inbox).await;
    dead.sort_by(|a, b| a.target.cmp(&b.target));
    let dead: Vec<_> = dead
        .iter()
        .map(|letter| (&*letter.target, letter.attempts, &*letter.reason))
        .collect();
    assert_eq!(
        dead,
        [
            ("error", 2, "the target failed: no connection"),
            ("panic", 2, "the target panicked"),
            ("slow", 2, "the target took longer than 20ms"),
        ]
    );
}

#[tokio::test]
async fn what_succeeded_is_not_run_again_because_another_target_failed() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["crm", "erp"], &["msg_1"]).await;
    let (crm, erp) = (Calls::default(), Calls::default());
    let ok = Target::new("crm", respond(&crm, |_| status(200)));
    let failing = Target::new("erp", respond(&erp, |_| status(500)));
    let running = Running::start(worker(&inbox, ok).target(failing));
    drained(&inbox).await;
    assert_eq!((crm.of("msg_1"), erp.of("msg_1")), (1, 4));
    assert_eq!(dead(&inbox).await[0].target, "erp");

    assert_eq!(inbox.redrive("msg_1").await.unwrap(), 1);
    drained(&inbox).await;
    running.stop().await;
    assert_eq!((crm.of("msg_1"), erp.of("msg_1")), (1, 8));
}

#[tokio::test]
async fn each_target_gets_the_event_that_it_expects() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["raw", "json"], &["msg_1"]).await;
    let raw = Calls::default();
    let json = service_fn(async |request: Request<Full<Bytes>>| {
        let delivery = request
            .extensions()
            .get::<Delivery<Json<serde_json::Value>>>();
        panic!("this body is not JSON: {delivery:?}");
        #[allow(unreachable_code, reason = "names the type")]
        Ok::<_, io::Error>(Response::new(()))
    });
    let json = Target::new("json", json).decode::<Json<serde_json::Value>>();
    let worker = worker(&inbox, Target::new("raw", respond(&raw, |_| status(200)))).target(json);
    let running = Running::start(worker);
    drained(&inbox).await;
    running.stop().await;
    assert_eq!(raw.of("msg_1"), 1);
    let dead = dead(&inbox).await;
    assert_eq!((&*dead[0].target, dead[0].attempts), ("json", 1));
    assert!(
        dead[0].reason.starts_with("rejected: "),
        "{}",
        dead[0].reason
    );
}

#[tokio::test]
async fn another_endpoints_deliveries_are_left_alone() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["handler"], &["msg_1"]).await;
    let calls = Calls::default();
    let other = worker(&inbox, respond(&calls, |_| status(200))).endpoint("github");
    let running = Running::start(other);
    sleep(Duration::from_millis(150)).await;
    running.stop().await;
    assert_eq!(calls.of("msg_1"), 0);
}

#[tokio::test]
async fn what_is_done_is_deleted_after_its_retention() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["handler"], &["msg_1"]).await;
    let calls = Calls::default();
    let worker = worker(&inbox, respond(&calls, |_| status(200)))
        .retention(Retention {
            requests: Duration::ZERO,
            ids: Duration::from_secs(60),
        })
        .maintenance_interval(Duration::from_millis(20));
    let running = Running::start(worker);
    let database = rusqlite::Connection::open(directory.file()).unwrap();
    let rows = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        database.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    until("the request is deleted", async || {
        rows("webhook_request") == 0
    })
    .await;
    running.stop().await;
    assert_eq!((rows("webhook_message"), rows("webhook_task")), (1, 0));
}
