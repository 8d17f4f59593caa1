//! The integration tests, one binary.

mod layer;
