//! A message's identity and time: what every sender's scheme reads from a delivery.

pub(crate) mod clock;
mod handshake;
pub(crate) mod message_id;
pub(crate) mod request_head;
pub(crate) mod short_text;
pub(crate) mod timestamp;
pub(crate) mod tolerance;

/// Where locks, atomics, channels and threads come from whose order decides: from the standard library, and in the tests of
/// `tests/interleavings/` from a checker that tries their orders.
#[cfg(test)]
pub(crate) use shuttle as concurrency;
#[cfg(not(test))]
pub(crate) use std as concurrency;

pub use clock::{Clock, SystemClock};
pub use handshake::Handshake;
pub use message_id::MessageId;
pub use request_head::RequestHead;
pub use timestamp::Timestamp;
