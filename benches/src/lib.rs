//! What is measured, once for criterion and once for the report.
//!
//! A package of its own, so that what is measured has the features of a user and not all those that the tests turn on. What needs
//! more features is measured by the bench `optional`, which is built apart.

mod axum;
mod case;
mod decrypt;
mod genuine;
mod handwritten;
mod idempotency;
pub mod interleave;
mod json;
pub mod layer;
mod pipeline;
mod retentions;
mod rivals;
mod samples;
pub mod stacks;
mod verify;

pub use case::{Case, ready};
pub use genuine::{SECRET, body, receiver, request};

/// Every group, to be made one after the other: a signature is fresh for minutes only.
pub const GROUPS: [fn() -> Vec<Case>; 8] = [
    verify::cases,
    layer::cases,
    axum::cases,
    decrypt::cases,
    json::cases,
    pipeline::cases,
    idempotency::cases,
    retentions::cases,
];
