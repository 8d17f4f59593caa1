//! The integration tests, one binary.

mod allocations;
mod examples;
mod layer;
mod oracles;
mod standard_webhooks;
mod support;
mod voyado;
