use http::HeaderMap;
use proptest::{collection::vec, prelude::*, sample::select};
use tower_webhook::{Receiver, RejectionKind, receiver::ReceiverBuilder};

use super::sender::Sender;
use crate::support::{answer, set};

/// The largest timestamp that is read: 19 nines.
pub(super) const MAX_TIMESTAMP: u64 = 9_999_999_999_999_999_999;

/// What a sender signs.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) timestamp: u64,
    pub(super) body: Vec<u8>,
    family: &'static str,
}

/// What arrives of a message.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) id: Vec<u8>,
    pub(super) timestamp: Vec<u8>,
    pub(super) signatures: Vec<u8>,
    pub(super) body: Vec<u8>,
    family: &'static str,
}

pub(super) fn message() -> impl Strategy<Value = Message> {
    // Visible ASCII without a dot.
    let id = "[!-\\-/-~]{1,256}";
    let body = vec(any::<u8>(), 0..300);
    let family = select(["svix", "webhook"].as_slice());
    (id, 0..=MAX_TIMESTAMP, body, family).prop_map(|(id, timestamp, body, family)| Message {
        id,
        timestamp,
        body,
        family,
    })
}

impl Message {
    pub(super) fn text(&self) -> Vec<u8> {
        let head = format!("{}.{}.", self.id, self.timestamp);
        [head.as_bytes(), &self.body].concat()
    }

    /// The message with the signature of each of these senders.
    pub(super) fn signed_by<'s>(&self, senders: impl IntoIterator<Item = &'s Sender>) -> Arrival {
        let signatures: Vec<_> = senders
            .into_iter()
            .map(|sender| sender.sign(self))
            .collect();
        Arrival {
            id: self.id.clone().into_bytes(),
            timestamp: self.timestamp.to_string().into_bytes(),
            signatures: signatures.join(" ").into_bytes(),
            body: self.body.clone(),
            family: self.family,
        }
    }
}

impl Arrival {
    pub(super) fn headers(&self) -> HeaderMap {
        set(self.family, &self.id, &self.timestamp, &self.signatures)
    }

    pub(super) fn answer_of(&self, receiver: &Receiver) -> Result<(), RejectionKind> {
        answer(receiver, &self.headers(), self.body.clone())
    }
}

/// Every timestamp is fresh, so that the signature has to decide.
pub(super) fn timeless(receiver: ReceiverBuilder) -> Receiver {
    let receiver = receiver.danger_accept_any_timestamp();
    receiver.build().unwrap()
}
