//! The runtime of the commands that wait for a network or a database.

use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;

pub(crate) fn new() -> Result<Runtime, Failure> {
    Ok(Builder::new_multi_thread().enable_all().build()?)
}
