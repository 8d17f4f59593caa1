//! Which types and payloads an `EventRouter` can route.

use bytes::Bytes;

use super::{
    AcceptsEmailChanged, AcceptsPostalChanged, AcceptsSmsChanged, ConsentChanged, Contact,
    ContactDeleted, Envelope, Event, EventType, MultichannelPromotionAssigned, PointBalanceUpdated,
    PointsAdded, RewardVoucherCreated, UnknownEvent, event::PING,
};
use crate::event::{DecodeError, EventPayload, EventTypes, IntoEventTypes};

/// The documented types, and Svix's ping.
const KNOWN: [&str; EventType::ALL.len() + 1] = {
    let mut known = [PING; EventType::ALL.len() + 1];
    let mut index = 0;
    while index < EventType::ALL.len() {
        known[index] = EventType::ALL[index].as_str();
        index += 1;
    }
    known
};

/// The eleven documented types and `svix.ping`.
impl EventTypes for Event {
    fn known() -> Option<&'static [&'static str]> {
        Some(&KNOWN)
    }
}

/// The eleven documented types and `svix.ping`.
impl EventTypes for Envelope {
    fn known() -> Option<&'static [&'static str]> {
        Some(&KNOWN)
    }
}

impl IntoEventTypes for EventType {
    fn into_event_types(self) -> Vec<String> {
        vec![self.as_str().to_owned()]
    }
}

/// The payload of each type, as [`Event`] and [`Envelope`] have it.
macro_rules! payloads {
    ($($payload:ident: $($variant:ident)|+;)*) => {
        $(
            impl EventPayload<Event> for $payload {
                fn is_payload_of(event_type: Option<&str>) -> bool {
                    event_type.is_some_and(|name| {
                        [$(EventType::$variant),+].iter().any(|known| known.as_str() == name)
                    })
                }

                fn from_event(event: &Event, _body: &Bytes) -> Result<Self, DecodeError> {
                    match event {
                        $(Event::$variant(payload))|+ => Ok(Self::clone(payload)),
                        _ => Err(DecodeError::malformed()),
                    }
                }
            }

            impl EventPayload<Envelope> for $payload {
                fn is_payload_of(event_type: Option<&str>) -> bool {
                    <Self as EventPayload<Event>>::is_payload_of(event_type)
                }

                fn from_event(envelope: &Envelope, body: &Bytes) -> Result<Self, DecodeError> {
                    Self::from_event(&envelope.event, body)
                }
            }
        )*
    };
}

payloads! {
    AcceptsEmailChanged: AcceptsEmailChanged;
    AcceptsSmsChanged: AcceptsSmsChanged;
    AcceptsPostalChanged: AcceptsPostalChanged;
    ConsentChanged: ConsentChanged;
    PointsAdded: PointsAdded;
    PointBalanceUpdated: PointBalanceUpdated;
    RewardVoucherCreated: RewardVoucherCreated;
    MultichannelPromotionAssigned: MultichannelPromotionAssigned;
    Contact: ContactCreated | ContactUpdated;
    ContactDeleted: ContactDeleted;
}

/// The payload of the types that Voyado does not document.
impl EventPayload<Event> for UnknownEvent {
    fn is_payload_of(event_type: Option<&str>) -> bool {
        event_type.is_none_or(|name| !KNOWN.contains(&name))
    }

    fn from_event(event: &Event, _body: &Bytes) -> Result<Self, DecodeError> {
        match event {
            Event::Unknown(unknown) => Ok(unknown.clone()),
            _ => Err(DecodeError::malformed()),
        }
    }
}

/// The payload of the types that Voyado does not document.
impl EventPayload<Envelope> for UnknownEvent {
    fn is_payload_of(event_type: Option<&str>) -> bool {
        <Self as EventPayload<Event>>::is_payload_of(event_type)
    }

    fn from_event(envelope: &Envelope, body: &Bytes) -> Result<Self, DecodeError> {
        Self::from_event(&envelope.event, body)
    }
}
