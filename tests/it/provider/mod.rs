//! The presets against known answers: published vectors, those of SDKs, and those made from the documented rules.

mod handshakes;
mod table;
mod vectors;
