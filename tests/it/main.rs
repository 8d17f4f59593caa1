//! The integration tests, one binary.

mod allocations;
mod answers;
mod config_errors;
mod decryption;
#[cfg(any())]
mod ed25519;
mod encryption;
mod examples;
mod header_token;
mod idempotency;
mod layer;
mod oracles;
mod order;
mod peers;
mod properties;
mod proxies;
mod receiver;
mod secrets;
mod soft_identification;
mod source_ip;
mod standard_webhooks;
mod support;
mod telemetry;
mod voyado;
