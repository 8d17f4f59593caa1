use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::{
    EventType, OtherFields,
    payload::{
        self, AcceptsEmailChanged, AcceptsPostalChanged, AcceptsSmsChanged, ConsentChanged,
        Contact, ContactDeleted, MultichannelPromotionAssigned, PointBalanceUpdated, PointsAdded,
        RewardVoucherCreated,
    },
    reading::{Reading, in_passing_or_whole},
};

/// The type of the test event that Svix sends.
pub(super) const PING: &str = "svix.ping";

/// What happened in Voyado Engage.
///
/// As the event of a layer it drops the rest of the [`Envelope`](super::Envelope). It is serialised as its
/// payload, with the names that Voyado documents, and with what this crate does not know exactly as it was
/// sent, line breaks included; a ping as `null`. It is deserialised from a whole envelope in plain text, since a payload
/// alone does not name what happened.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Event {
    /// `contact.acceptsEmail.changed`: the e-mail preference of an existing contact changed.
    AcceptsEmailChanged(AcceptsEmailChanged),
    /// `contact.acceptsSms.changed`: the SMS preference of an existing contact changed.
    AcceptsSmsChanged(AcceptsSmsChanged),
    /// `contact.acceptsPostal.changed`: the postal preference of an existing contact changed.
    AcceptsPostalChanged(AcceptsPostalChanged),
    /// `contact.consent.changed`: a consent of a contact changed.
    ConsentChanged(ConsentChanged),
    /// `loyalty.addPoints`: points were added in Engage's interface or by an automation.
    PointsAdded(PointsAdded),
    /// `point.balance.updated`: a contact's point balance changed.
    PointBalanceUpdated(PointBalanceUpdated),
    /// `reward.voucher.created`: a reward voucher was created for a contact.
    RewardVoucherCreated(RewardVoucherCreated),
    /// `promotion.multichannel.assigned`: a multichannel promotion was assigned to a contact.
    MultichannelPromotionAssigned(Box<MultichannelPromotionAssigned>),
    /// `contact.created`: a contact was created.
    ContactCreated(Box<Contact>),
    /// `contact.updated`: a contact was updated. Possibly only what changed is set (inferred).
    ContactUpdated(Box<Contact>),
    /// `contact.deleted`: a contact was deleted.
    ContactDeleted(ContactDeleted),
    /// `svix.ping`: a test from Svix, about nothing in Engage.
    Ping,
    /// A type of event that this version does not know, or one whose payload is not as expected: no object, or one without
    /// the contact's id.
    Unknown(UnknownEvent),
}

impl Event {
    /// The type of the event as Voyado names it.
    pub fn event_type(&self) -> &str {
        let known = match self {
            Self::AcceptsEmailChanged(_) => EventType::AcceptsEmailChanged,
            Self::AcceptsSmsChanged(_) => EventType::AcceptsSmsChanged,
            Self::AcceptsPostalChanged(_) => EventType::AcceptsPostalChanged,
            Self::ConsentChanged(_) => EventType::ConsentChanged,
            Self::PointsAdded(_) => EventType::PointsAdded,
            Self::PointBalanceUpdated(_) => EventType::PointBalanceUpdated,
            Self::RewardVoucherCreated(_) => EventType::RewardVoucherCreated,
            Self::MultichannelPromotionAssigned(_) => EventType::MultichannelPromotionAssigned,
            Self::ContactCreated(_) => EventType::ContactCreated,
            Self::ContactUpdated(_) => EventType::ContactUpdated,
            Self::ContactDeleted(_) => EventType::ContactDeleted,
            Self::Ping => return PING,
            Self::Unknown(event) => return &event.event_type,
        };
        known.as_str()
    }

    /// The contact that the event is about; `None` for a ping and for an unknown event.
    pub fn contact_id(&self) -> Option<&str> {
        match self {
            Self::AcceptsEmailChanged(event) => Some(&event.contact_id),
            Self::AcceptsSmsChanged(event) => Some(&event.contact_id),
            Self::AcceptsPostalChanged(event) => Some(&event.contact_id),
            Self::ConsentChanged(event) => Some(&event.contact_id),
            Self::PointsAdded(event) => Some(&event.contact_id),
            Self::PointBalanceUpdated(event) => Some(&event.contact_id),
            Self::RewardVoucherCreated(event) => Some(&event.contact_id),
            Self::MultichannelPromotionAssigned(event) => Some(&event.contact_id),
            Self::ContactCreated(contact) | Self::ContactUpdated(contact) => {
                Some(&contact.contact_id)
            }
            Self::ContactDeleted(event) => Some(&event.contact_id),
            Self::Ping | Self::Unknown(_) => None,
        }
    }

    /// What the payload has beside its fields; `None` for a ping and for an unknown event.
    pub(super) fn other(&self) -> Option<&OtherFields> {
        Some(match self {
            Self::AcceptsEmailChanged(event) => &event.other,
            Self::AcceptsSmsChanged(event) => &event.other,
            Self::AcceptsPostalChanged(event) => &event.other,
            Self::ConsentChanged(event) => &event.other,
            Self::PointsAdded(event) => &event.other,
            Self::PointBalanceUpdated(event) => &event.other,
            Self::RewardVoucherCreated(event) => &event.other,
            Self::MultichannelPromotionAssigned(event) => &event.other,
            Self::ContactCreated(contact) | Self::ContactUpdated(contact) => &contact.other,
            Self::ContactDeleted(event) => &event.other,
            Self::Ping | Self::Unknown(_) => return None,
        })
    }

    /// Reads a payload that is a JSON text by itself.
    pub(super) fn from_json(event_type: &str, json: &str) -> Result<Self, serde_json::Error> {
        in_passing_or_whole(|reading| {
            let mut deserializer = serde_json::Deserializer::from_str(json);
            let event = Self::from_payload(event_type, &mut deserializer, reading)?;
            deserializer.end()?;
            Ok(event)
        })
    }

    /// Reads a payload of any type; one that does not fit its type is an [`Unknown`](Self::Unknown) event.
    pub(super) fn from_raw(event_type: &str, payload: &RawValue) -> Self {
        Self::from_payload(event_type, payload, Reading::Whole)
            .unwrap_or_else(|_| Self::Unknown(UnknownEvent::new(event_type, payload)))
    }

    /// Reads a payload in plain text that fits its type. The JSON has to be borrowed, not from a reader.
    pub(super) fn from_payload<'de, D: Deserializer<'de>>(
        event_type: &str,
        payload: D,
        reading: Reading,
    ) -> Result<Self, D::Error> {
        let Ok(known) = event_type.parse() else {
            let payload = <&RawValue>::deserialize(payload)?;
            return Ok(match event_type {
                PING => Self::Ping,
                _ => Self::Unknown(UnknownEvent::new(event_type, payload)),
            });
        };
        Ok(match known {
            EventType::AcceptsEmailChanged => {
                Self::AcceptsEmailChanged(payload::read(payload, reading)?)
            }
            EventType::AcceptsSmsChanged => {
                Self::AcceptsSmsChanged(payload::read(payload, reading)?)
            }
            EventType::AcceptsPostalChanged => {
                Self::AcceptsPostalChanged(payload::read(payload, reading)?)
            }
            EventType::ConsentChanged => Self::ConsentChanged(payload::read(payload, reading)?),
            EventType::PointsAdded => Self::PointsAdded(payload::read(payload, reading)?),
            EventType::PointBalanceUpdated => {
                Self::PointBalanceUpdated(payload::read(payload, reading)?)
            }
            EventType::RewardVoucherCreated => {
                Self::RewardVoucherCreated(payload::read(payload, reading)?)
            }
            EventType::MultichannelPromotionAssigned => {
                Self::MultichannelPromotionAssigned(payload::read(payload, reading).map(Box::new)?)
            }
            EventType::ContactCreated => {
                Self::ContactCreated(payload::read(payload, reading).map(Box::new)?)
            }
            EventType::ContactUpdated => {
                Self::ContactUpdated(payload::read(payload, reading).map(Box::new)?)
            }
            EventType::ContactDeleted => Self::ContactDeleted(payload::read(payload, reading)?),
        })
    }
}

/// An event that is delivered as it was sent: its type is one that this version does not know, or its payload is not as this
/// version expects it. It is serialised as its payload.
///
/// No public page of Voyado shows most payloads, and a genuine event is not to be lost because they were guessed wrong.
/// Whether the type is known is what `event_type.parse::<EventType>()` finds out.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct UnknownEvent {
    /// The type as it was sent. One with half of a surrogate pair, which no `str` can hold, is given with its escapes.
    #[serde(skip)]
    pub event_type: String,
    /// The payload as it was sent, decrypted if it came encrypted; `null` if there was none.
    pub payload: Box<RawValue>,
}

impl UnknownEvent {
    fn new(event_type: &str, payload: &RawValue) -> Self {
        Self {
            event_type: event_type.to_owned(),
            payload: payload.to_owned(),
        }
    }
}
