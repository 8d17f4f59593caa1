//! What a user's types have in common, whatever they are made of: losing one of these breaks programs that compile today.

use std::{convert::Infallible, fmt::Debug, future::Ready};

use bytes::Bytes;
use http::{Request, Response};
use tower::util::ServiceFn;
use tower_webhook::{
    ConfigError, Delivery, Idempotency, Json, MessageId, Receiver, Rejection, SourceIp, Timestamp,
    WebhookLayer,
    decrypt::{Aes256Cbc, Aes256Gcm, Plaintext},
    dispatch::{EventRouter, EventService, Forward, Signer},
    event::{DecodeError, Tagged},
    idempotency::{BoxStore, IdempotencyKey, MemoryStore, RedisStore, StoreError},
    inbox::{Enqueue, SqliteInbox, StoredRequest, Worker},
    layer::{ResponseFuture, WebhookService},
    provider::{Handshake, Preset, PresetSettings},
    receiver::{
        CheckedHead, ReceiverBuilder, RotatingSecrets, Secrets, SecretsBuilder, Verified,
        explain::Explanation,
    },
    scheme::{Scheme, SchemeBuilder, SigningSecret},
    voyado,
};

/// What can be shared between tasks, moved into one, and shown.
fn shared<T: Send + Sync + Unpin + Debug + 'static>() {}

/// What every request has its own of: cheap to clone besides.
fn cloned<T: Clone + Send + Sync + Unpin + Debug + 'static>() {}

fn sent<T: Send>() {}

type Handler = ServiceFn<fn(Request<Bytes>) -> Ready<Result<Response<Bytes>, Infallible>>>;

#[test]
fn what_an_application_keeps_is_shared_between_tasks() {
    cloned::<Receiver>();
    cloned::<Scheme>();
    shared::<Secrets>();
    cloned::<RotatingSecrets>();
    cloned::<SigningSecret>();
    cloned::<SourceIp>();
    cloned::<Idempotency<MemoryStore>>();
    cloned::<MemoryStore>();
    cloned::<RedisStore>();
    cloned::<BoxStore>();
    cloned::<SqliteInbox>();
    cloned::<Aes256Cbc>();
    cloned::<Aes256Gcm>();
    cloned::<Forward>();
    cloned::<Handshake>();
    cloned::<PresetSettings>();
    cloned::<WebhookLayer<voyado::Event, Bytes, MemoryStore>>();
    shared::<Preset>();
    shared::<ReceiverBuilder>();
    shared::<SchemeBuilder>();
    shared::<SecretsBuilder>();
    shared::<Signer>();
    sent::<EventRouter<voyado::Event>>();
    sent::<Worker>();
}

#[test]
fn what_a_request_carries_is_sent_between_threads() {
    shared::<Delivery<Bytes>>();
    shared::<Delivery<voyado::Event>>();
    shared::<Delivery<Json<serde_json::Value>>>();
    shared::<Delivery<Tagged<serde_json::Value>>>();
    shared::<Verified>();
    shared::<StoredRequest>();
    shared::<Plaintext>();
    cloned::<MessageId>();
    cloned::<Timestamp>();
    cloned::<IdempotencyKey>();
    shared::<Explanation>();
    sent::<CheckedHead<'static>>();
}

#[test]
fn errors_can_be_boxed_and_sent() {
    fn error<T: std::error::Error + Send + Sync + Unpin + 'static>() {}
    error::<ConfigError>();
    error::<Rejection>();
    error::<StoreError>();
    error::<DecodeError>();
}

#[test]
fn services_and_their_futures_are_sent_between_threads() {
    sent::<WebhookService<Handler, voyado::Event, Bytes, MemoryStore>>();
    sent::<ResponseFuture<Handler, voyado::Event, Bytes, MemoryStore, http_body_util::Full<Bytes>>>(
    );
    sent::<Enqueue>();
    sent::<EventService<voyado::Event>>();
}
