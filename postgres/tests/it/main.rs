//! Against a PostgreSQL of the tests' own.

mod accept_in;
mod backlog;
mod database;
mod given_up;
mod group_commit;
mod histories;
mod idempotency;
mod inbox;
#[path = "../../../tests/model/mod.rs"]
mod model;
mod server;
mod workers;
