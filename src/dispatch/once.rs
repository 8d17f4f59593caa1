//! Each handler of a message is completed for itself.

#[cfg(feature = "tokio")]
use std::{future::poll_fn, pin::pin, task::Poll};
use std::{sync::Arc, thread, time::Duration};

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header::RETRY_AFTER};

use super::event_handler::Responding;
use crate::{
    error::config_error::ConfigError,
    idempotency::{
        BodyDigest, Claim, Idempotency, IdempotencyKey, IdempotencyStore, OnStoreFailure,
        OwnerToken, Settlement,
    },
    message::MessageId,
    telemetry,
};

/// When a sender should come back to a store that is down.
const STORE_RETRY_AFTER: Duration = Duration::from_secs(5);
/// How often a completion is tried while the store fails.
const COMPLETION_ATTEMPTS: usize = 3;
/// A lease is renewed after this part of it, so that an attempt that fails leaves time for another.
#[cfg(feature = "tokio")]
const PART_OF_LEASE: u32 = 3;
#[cfg(feature = "tokio")]
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// What identifies a message to a store.
#[derive(Clone)]
pub(super) struct Identity {
    pub(super) tenant: Arc<str>,
    pub(super) id: MessageId,
    pub(super) digest: BodyDigest,
}

/// An [`Idempotency`] of whatever store.
pub(super) trait Once: Send + Sync {
    fn validate(&self) -> Result<(), ConfigError>;

    /// The same for the handler of this name.
    fn for_handler(&self, name: &str) -> Arc<dyn Once>;

    /// Calls a handler unless it has succeeded for this message before, for which the response is 200.
    fn run(&self, message: Identity, handler: Box<dyn FnOnce() -> Responding + Send>)
    -> Responding;
}

impl<I: IdempotencyStore> Once for Idempotency<I> {
    fn validate(&self) -> Result<(), ConfigError> {
        self.validate()
    }

    fn for_handler(&self, name: &str) -> Arc<dyn Once> {
        Arc::new(self.for_handler(name))
    }

    fn run(
        &self,
        message: Identity,
        handler: Box<dyn FnOnce() -> Responding + Send>,
    ) -> Responding {
        let idempotency = self.clone();
        Box::pin(async move { run(idempotency, message, handler).await })
    }
}

async fn run<I: IdempotencyStore>(
    idempotency: Idempotency<I>,
    message: Identity,
    handler: Box<dyn FnOnce() -> Responding + Send>,
) -> Response {
    let key = idempotency.key(&message.tenant, &message.id);
    let owner = OwnerToken::random();
    let claiming = idempotency
        .store
        .claim(&key, owner, message.digest, idempotency.lease);
    match claiming.await {
        Ok(Claim::Fresh) => {}
        Ok(Claim::Unguarded) => return handler().await,
        Ok(Claim::Done) => return StatusCode::OK.into_response(),
        Ok(Claim::InProgress { remaining }) => return later(remaining.min(idempotency.lease)),
        Ok(Claim::OtherBody) => return StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        Err(error) => {
            telemetry::handler_store_failed(&message.id, &error);
            return match idempotency.on_store_failure {
                OnStoreFailure::DeliverUnguarded => handler().await,
                OnStoreFailure::Refuse => later(STORE_RETRY_AFTER),
            };
        }
    }
    let claim = HeldClaim {
        idempotency,
        key,
        owner,
    };
    let response = claim.renewed_while(&message, handler()).await;
    claim.settle(&message, response.status()).await;
    response
}

/// A claim of a handler that is running. If it is dropped with the request, the outcome is unknown, and
/// the lease is kept; a panic has ended it, and gives the claim back.
struct HeldClaim<I: IdempotencyStore> {
    idempotency: Idempotency<I>,
    key: IdempotencyKey,
    owner: OwnerToken,
}

impl<I: IdempotencyStore> HeldClaim<I> {
    /// Runs the handler. Without a timer no lease is renewed.
    #[cfg(not(feature = "tokio"))]
    async fn renewed_while(&self, _message: &Identity, handler: Responding) -> Response {
        handler.await
    }

    /// Runs the handler and renews its lease, within a Tokio runtime.
    #[cfg(feature = "tokio")]
    async fn renewed_while(&self, message: &Identity, mut handler: Responding) -> Response {
        let Idempotency { store, lease, .. } = &self.idempotency;
        while tokio::runtime::Handle::try_current().is_ok() {
            let mut renewing = pin!(async {
                tokio::time::sleep((*lease / PART_OF_LEASE).max(SHORTEST_PAUSE)).await;
                store.renew(&self.key, self.owner, *lease).await
            });
            let ran = poll_fn(|cx| match handler.as_mut().poll(cx) {
                Poll::Ready(response) => Poll::Ready(Ok(response)),
                Poll::Pending => renewing.as_mut().poll(cx).map(Err),
            });
            match ran.await {
                Ok(response) => return response,
                Err(Ok(Settlement::Settled)) => {}
                // Completing it will tell.
                Err(Ok(Settlement::NotOwner)) => break,
                Err(Err(error)) => telemetry::handler_store_failed(&message.id, &error),
            }
        }
        handler.await
    }

    async fn settle(self, message: &Identity, status: StatusCode) {
        let Idempotency {
            store, retention, ..
        } = &self.idempotency;
        let settled = if status.is_success() {
            let mut attempts = 1;
            loop {
                let completing = store.complete(&self.key, self.owner, message.digest, *retention);
                match completing.await {
                    Err(_) if attempts < COMPLETION_ATTEMPTS => attempts += 1,
                    settled => break settled,
                }
            }
        } else {
            store.release(&self.key, self.owner).await
        };
        match settled {
            Ok(Settlement::Settled) => {}
            Ok(Settlement::NotOwner) => telemetry::handler_outlived_its_lease(&message.id),
            Err(error) => telemetry::handler_store_failed(&message.id, &error),
        }
    }
}

impl<I: IdempotencyStore> Drop for HeldClaim<I> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.idempotency.store.abandon(&self.key, self.owner);
        }
    }
}

/// Not now: the worker and the sender come back when it is time.
fn later(after: Duration) -> Response {
    // Rounded up, so that nobody comes back before it is time.
    let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(RETRY_AFTER, seconds.to_string())],
    )
        .into_response()
}
