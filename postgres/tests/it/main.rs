//! Against a PostgreSQL of the tests' own.

mod accept_in;
mod database;
mod idempotency;
mod inbox;
mod server;
mod workers;
