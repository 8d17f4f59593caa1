//! The payloads of the eleven events.

mod define;

mod consent;
mod contact;
mod point;
mod preference;
mod promotion;
mod voucher;

pub use consent::{ConsentChanged, ContactConsent};
pub use contact::{Contact, ContactDeleted};
pub(super) use define::payload;
pub use point::{PointBalanceUpdated, PointsAdded};
pub use preference::{AcceptsEmailChanged, AcceptsPostalChanged, AcceptsSmsChanged};
pub use promotion::{
    AssignedValidity, MultichannelPromotionAssigned, PromotionValidity, RedemptionChannel,
};
pub use voucher::RewardVoucherCreated;

use std::{fmt, marker::PhantomData};

use serde::de::{Deserializer, MapAccess, Visitor};

use super::reading::Reading;

/// What `payload!` defines: a type that is read from a JSON object.
pub(super) trait Payload: Sized {
    /// Reads the object. Its values are borrowed, so it has to come from a text and not from a reader.
    fn from_map<'de, A: MapAccess<'de>>(map: A, reading: Reading) -> Result<Self, A::Error>;
}

/// Reads a payload from JSON that is borrowed.
pub(super) fn read<'de, T: Payload, D: Deserializer<'de>>(
    json: D,
    reading: Reading,
) -> Result<T, D::Error> {
    json.deserialize_map(PayloadVisitor {
        reading,
        payload: PhantomData,
    })
}

struct PayloadVisitor<T> {
    reading: Reading,
    payload: PhantomData<T>,
}

impl<'de, T: Payload> Visitor<'de> for PayloadVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::from_map(map, self.reading)
    }
}
