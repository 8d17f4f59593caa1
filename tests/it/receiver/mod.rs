//! The example `receiver`, as a process of its own.

mod connections;
mod faults;
mod inbox;
mod process;
mod right;
mod senders;
mod variables;
mod wrong;
