//! The integration tests, one binary.

mod allocations;
mod examples;
mod layer;
mod oracles;
mod peers;
mod standard_webhooks;
mod support;
mod voyado;
