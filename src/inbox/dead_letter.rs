use std::time::Duration;

use crate::message::timestamp::Timestamp;

/// A message that one target did not take: its attempts failed, or one got a final response.
///
/// Nothing in it is verified: anyone who can write to the store can write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Which endpoint accepted it.
    pub endpoint: String,
    /// Whose secrets signed; empty where there are no tenants.
    pub tenant: String,
    /// The id of the message.
    pub message_id: String,
    /// The target that did not take it.
    pub target: String,
    /// The type of the event, where the endpoint decoded it.
    pub event_type: Option<String>,
    /// The time that the sender signed.
    pub timestamp: Option<Timestamp>,
    /// When it was accepted, since the Unix epoch.
    pub received_at: Duration,
    /// When it was given up, since the Unix epoch.
    pub died_at: Duration,
    /// How many attempts failed.
    pub attempts: u32,
    /// The status of the target's last response, if there was one.
    pub last_status: Option<u16>,
    /// Why the last attempt failed.
    pub reason: String,
}
