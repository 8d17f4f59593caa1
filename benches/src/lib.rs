//! What is measured, once for criterion and once for the report.
//!
//! A package of its own, so that what is measured has the features of a user and not all those that the tests turn on.

mod axum;
mod case;
mod decrypt;
mod genuine;
mod handwritten;
mod idempotency;
mod json;
mod layer;
mod pipeline;
mod rivals;
mod samples;
pub mod stacks;
mod verify;

pub use case::Case;
pub use genuine::{body, request};

/// Every group, to be made one after the other: a signature is fresh for minutes only.
pub const GROUPS: [fn() -> Vec<Case>; 7] = [
    verify::cases,
    layer::cases,
    axum::cases,
    decrypt::cases,
    json::cases,
    pipeline::cases,
    idempotency::cases,
];
