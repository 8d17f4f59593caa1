//! The payloads of the eleven events.

mod define;

mod consent;
mod contact;
mod point;
mod preference;
mod promotion;
mod voucher;

pub use consent::ConsentChanged;
pub use contact::{Contact, ContactDeleted};
pub use point::{PointBalanceUpdated, PointsAdded};
pub use preference::{AcceptsEmailChanged, AcceptsPostalChanged, AcceptsSmsChanged};
pub use promotion::{MultichannelPromotionAssigned, PromotionPresentation, RedemptionChannel};
pub use voucher::RewardVoucherCreated;
