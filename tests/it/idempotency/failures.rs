//! A handler that fails k times and then succeeds is run k + 1 times, in whatever way it fails.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tower::{Layer as _, ServiceExt, service_fn};
use tower_webhook::{
    Idempotency, RejectionKind,
    idempotency::{IdempotencyStore, MemoryStore},
};

use super::{Runs, delivery, empty, layer, redis_server::RedisServer};
use crate::layer::Answer;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    Status500,
    Redirect,
    InnerError,
    Panic,
}

const FAILURES: [Failure; 4] = [
    Failure::Status500,
    Failure::Redirect,
    Failure::InnerError,
    Failure::Panic,
];

type Outcome = Result<Answer, &'static str>;
type Handled = Result<Response<Full<Bytes>>, &'static str>;

fn handle(failure: Option<Failure>) -> Handled {
    match failure {
        None => Ok(empty(StatusCode::OK)),
        Some(Failure::Status500) => Ok(empty(StatusCode::INTERNAL_SERVER_ERROR)),
        Some(Failure::Redirect) => Ok(empty(StatusCode::FOUND)),
        Some(Failure::InnerError) => Err("the database is gone"),
        Some(Failure::Panic) => panic!("a handler's panic"),
    }
}

/// Delivers once, as the way of failing wants it. `Some` if there was an answer.
async fn attempt<I: IdempotencyStore>(
    idempotency: Idempotency<I>,
    runs: Runs,
    failure: Option<Failure>,
) -> Option<Outcome> {
    let handler = {
        let runs = runs.clone();
        service_fn(move |request: Request<Full<Bytes>>| {
            runs.record(&request);
            async move { handle(failure) }
        })
    };
    let service = layer(idempotency).layer(handler);
    // A message that is still another's is refused before the handler can fail.
    match failure {
        Some(Failure::Panic) => match tokio::spawn(service.oneshot(delivery("msg_1"))).await {
            Ok(answer) => Some(answer),
            Err(error) => {
                assert!(error.is_panic());
                None
            }
        },
        _ => Some(service.oneshot(delivery("msg_1")).await),
    }
}

/// [`attempt`], again while the message is still another's: a release may be under way.
async fn attempt_when_free<I: IdempotencyStore>(
    idempotency: &Idempotency<I>,
    runs: &Runs,
    failure: Option<Failure>,
) -> Option<Outcome> {
    let before = runs.count();
    for _ in 0..100 {
        let answer = attempt(idempotency.clone(), runs.clone(), failure).await;
        if runs.count() > before {
            return answer;
        }
        let Some(Ok(response)) = &answer else {
            panic!("not run, and {answer:?}");
        };
        assert_eq!(response.status(), StatusCode::CONFLICT);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("a claim was never released after {failure:?}");
}

async fn fails_and_then_succeeds<I: IdempotencyStore>(store: impl Fn() -> I) {
    for failure in FAILURES {
        for failures in 0..3 {
            let scope = format!("{failure:?}-{failures}");
            let idempotency = Idempotency::new(scope, store());
            let runs = Runs::default();
            for _ in 0..failures {
                attempt_when_free(&idempotency, &runs, Some(failure)).await;
            }
            let success = attempt_when_free(&idempotency, &runs, None).await;
            assert_eq!(success.unwrap().unwrap().status(), StatusCode::OK);
            assert_eq!(runs.count(), failures + 1, "{failure:?}");

            let again = attempt(idempotency, runs.clone(), None)
                .await
                .unwrap()
                .unwrap();
            let rejection: &tower_webhook::Rejection = again.extensions().get().unwrap();
            assert_eq!(rejection.kind(), RejectionKind::AlreadyHandled);
            assert_eq!(runs.count(), failures + 1, "{failure:?}");
        }
    }
}

#[tokio::test]
async fn over_the_memory_store() {
    fails_and_then_succeeds(|| MemoryStore::new(10).unwrap()).await;
}

#[tokio::test]
async fn over_redis() {
    let Some(server) = RedisServer::start_or_skip("failing handlers over Redis") else {
        return;
    };
    let store = server.store();
    fails_and_then_succeeds(|| store.clone()).await;
}
