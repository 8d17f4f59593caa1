//! The integration tests, one binary.

mod allocations;
mod answers;
mod auto_traits;
mod config_errors;
mod decryption;
mod dispatch;
mod documents;
mod ed25519;
mod encryption;
mod examples;
mod explain;
mod header_token;
mod idempotency;
mod inbox;
mod json;
mod layer;
#[path = "../model/mod.rs"]
mod model;
mod oracles;
mod order;
mod peers;
#[path = "../../postgres/tests/it/server.rs"]
mod postgres_server;
mod properties;
mod provider;
mod proxies;
mod receiver;
mod scheme;
mod secrets;
mod soft_identification;
mod source_ip;
mod standard_webhooks;
mod support;
mod telemetry;
mod voyado;
