//! A message's identity and time: what every sender's scheme has to say of a delivery.

pub(crate) mod clock;
pub(crate) mod message_id;
pub(crate) mod timestamp;
pub(crate) mod tolerance;

pub use clock::{Clock, SystemClock};
pub use message_id::MessageId;
pub use timestamp::Timestamp;
