//! The scheme, row by row of the protocol's table, and its known answers.

mod bodies;
mod headers;
mod secrets;
mod signatures;
mod timestamps;
mod vectors;
