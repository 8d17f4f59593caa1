//! Exact counts of heap allocations.

mod ciphers;
mod decision;
mod layer;
mod presets;
