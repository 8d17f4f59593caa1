//! A message's identity and time: what every sender's scheme reads from a delivery.

pub(crate) mod clock;
mod handshake;
pub(crate) mod message_id;
pub(crate) mod request_head;
pub(crate) mod short_text;
pub(crate) mod timestamp;
pub(crate) mod tolerance;

pub use clock::{Clock, SystemClock};
pub use handshake::Handshake;
pub use message_id::MessageId;
pub use request_head::RequestHead;
pub use timestamp::Timestamp;
