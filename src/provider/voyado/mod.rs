//! The webhooks of Voyado Engage, typed.
//!
//! [`Event`] is what happened, one variant for each of the eleven documented event types; [`Envelope`] is
//! the event together with what was sent around it. Either can be the event of a
//! [`WebhookLayer`](crate::WebhookLayer).
//!
//! # What is accepted
//!
//! Voyado publishes three payloads and keeps the rest in each customer's Svix portal, so a genuine event is never rejected
//! because its payload is not as expected:
//!
//! - Names of fields are matched without regard to ASCII case: `contactId`, `ContactId`, `contactid`.
//! - Fields come in any order. Absent and `null` are both `None`; only the contact's id is required.
//! - A field of another type is `None` and its value is kept in [`OtherFields`], as unknown fields are. A text may be sent
//!   as a number.
//! - A field that is sent twice with equal values is one. Else the exact name counts, and what else was sent is kept.
//! - A payload without the contact's id, or that is no object, is an [`Event::Unknown`] with its type and its payload, as is
//!   an event of an unknown type.
//! - A byte order mark is skipped. Half of a surrogate pair is kept as it was sent.
//!
//! Malformed is only what is no envelope: no JSON object, no `eventType` that is a text, a field of the envelope that is
//! there twice with different values, or an `isEncrypted` that is no boolean. Whether to decrypt is not guessed.
//!
//! A body takes at most twenty times its size while it is decoded, whatever the holder of the secret puts into it.
//!
//! The addresses of the pages that document each field, or that it was inferred from, stand at the fields.
//!
//! Points and money are exact [`Decimal`]s and never pass through floating point.
//!
//! Payloads are personal data, and their `Debug` shows it: keep them out of logs.

#[cfg(feature = "schema")]
pub mod describe;
mod envelope;
mod event;
mod event_type;
mod field;
mod object;
mod payload;
mod reading;
mod routing;
#[cfg(feature = "testing")]
mod samples;
mod sent_envelope;
mod soft_identification;

pub use envelope::Envelope;
pub use event::{Event, UnknownEvent};
pub use event_type::{EventType, UnknownEventType};
pub use field::{DateTime, Identifier};
pub use jiff;
pub use object::OtherFields;
pub use payload::{
    AcceptsEmailChanged, AcceptsPostalChanged, AcceptsSmsChanged, AssignedValidity, ConsentChanged,
    Contact, ContactConsent, ContactDeleted, MultichannelPromotionAssigned, PointBalanceUpdated,
    PointsAdded, PromotionValidity, RedemptionChannel, RewardVoucherCreated,
};
pub use rust_decimal::Decimal;
pub use soft_identification::{
    SoftIdentification, SoftIdentificationError, SoftIdentificationErrorKind,
};
