//! The webhooks of Voyado Engage, typed.
//!
//! [`Event`] is what happened, one variant for each of the eleven documented event types; [`Envelope`] is
//! the event together with what was sent around it. Either can be the event of a
//! [`WebhookLayer`](crate::WebhookLayer).
//!
//! # What is accepted
//!
//! Voyado publishes a few payloads in full and keeps the rest in each customer's Svix portal, so the types
//! here accept more and less than they know:
//!
//! - Names of fields are matched without regard to ASCII case: `contactId`, `ContactId`, `contactid`.
//! - Fields come in any order. Absent and `null` are both `None`; only the contact's id is required.
//! - Unknown fields are kept in [`OtherFields`], an unknown type of event is an [`Event::Unknown`].
//! - A *documented* field of the wrong type makes the webhook malformed. An *inferred* one, which Voyado
//!   does not promise, does not: its field is then `None` and the value is kept in [`OtherFields`].
//! - A known field that is sent twice makes the webhook malformed, since nothing says which one holds.
//!
//! Points and money are exact [`Decimal`]s and never pass through floating point.
//!
//! Payloads are personal data, and their `Debug` shows it: keep them out of logs.

mod envelope;
mod event;
mod event_type;
mod field;
mod object;
mod payload;
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
    AcceptsEmailChanged, AcceptsPostalChanged, AcceptsSmsChanged, ConsentChanged, Contact,
    ContactDeleted, MultichannelPromotionAssigned, PointBalanceUpdated, PointsAdded,
    PromotionPresentation, RedemptionChannel, RewardVoucherCreated,
};
pub use rust_decimal::Decimal;
pub use soft_identification::{
    SoftIdentification, SoftIdentificationError, SoftIdentificationErrorKind,
};
