//! The command as it is run: its output, its exit codes, and what it sends.

mod captures;
mod describe;
mod explain;
mod handshakes;
mod inbox;
mod listen;
mod official;
mod send;
mod sign;
mod support;
mod usage;
