//! What becomes of a stored delivery.

mod attempts;
mod fates;
mod lifetime;
mod settings;
mod store_failures;
mod told;

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokio::sync::Notify;
use tower::{service_fn, util::BoxCloneService};
use tower_webhook::{Delivery, inbox::Attempt};

/// How often each delivery came to a target.
#[derive(Clone, Default)]
pub(super) struct Calls(Arc<Mutex<HashMap<String, u32>>>);

impl Calls {
    pub(super) fn of(&self, id: &str) -> u32 {
        self.0.lock().unwrap().get(id).copied().unwrap_or_default()
    }

    /// Counts a call, and returns the how many-th it is.
    pub(super) fn count(&self, request: &Request<Full<Bytes>>) -> u32 {
        let delivery: &Delivery<Bytes> = request.extensions().get().expect("a delivery");
        assert_eq!(delivery.body(), &format!("body of {}", delivery.id()));
        let mut calls = self.0.lock().unwrap();
        let calls = calls.entry(delivery.id().to_string()).or_default();
        *calls += 1;
        *calls
    }
}

/// A service as a target takes it.
pub(super) type Handler = BoxCloneService<Request<Full<Bytes>>, Response<()>, Infallible>;

/// A service that counts its calls, and responds as it is told for the how many-th call it is.
pub(super) fn respond(
    calls: &Calls,
    response: impl Fn(u32) -> Response<()> + Clone + Send + 'static,
) -> Handler {
    let calls = calls.clone();
    BoxCloneService::new(service_fn(move |request: Request<Full<Bytes>>| {
        let attempt = request.extensions().get::<Attempt>().expect("an attempt");
        assert!(attempt.number() >= 1);
        let response = response(calls.count(&request));
        async { Ok(response) }
    }))
}

/// A service that counts its calls, and responds when it is told to go on.
pub(super) fn wait(calls: &Calls, go_on: &Arc<Notify>) -> Handler {
    let (calls, go_on) = (calls.clone(), Arc::clone(go_on));
    BoxCloneService::new(service_fn(move |request: Request<Full<Bytes>>| {
        calls.count(&request);
        let go_on = Arc::clone(&go_on);
        async move {
            go_on.notified().await;
            Ok(Response::new(()))
        }
    }))
}

/// A service that counts its calls and never responds.
pub(super) fn hang(calls: &Calls) -> Handler {
    let calls = calls.clone();
    BoxCloneService::new(service_fn(move |request: Request<Full<Bytes>>| {
        calls.count(&request);
        async {
            std::future::pending::<()>().await;
            Ok(Response::new(()))
        }
    }))
}

pub(super) fn status(status: u16) -> Response<()> {
    Response::builder().status(status).body(()).unwrap()
}
