//! Models that are too simple to be wrong, and random histories that stores follow beside them. The packages of other stores include
//! this too.

pub(crate) mod idempotency;
pub(crate) mod inbox;
