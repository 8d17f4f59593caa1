//! What a shop receives: a contact, which is large, a balance, which is small, and a voucher.

use tower_webhook::voyado::EventType;

pub const SAMPLES: [EventType; 3] = [
    EventType::ContactCreated,
    EventType::PointBalanceUpdated,
    EventType::RewardVoucherCreated,
];
