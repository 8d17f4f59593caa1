use super::EventType;

impl EventType {
    /// A webhook of this type as Voyado could send it: a whole envelope, in plain text, about nobody real.
    pub const fn sample(self) -> &'static str {
        match self {
            Self::AcceptsEmailChanged => include_str!("samples/accepts_email_changed.json"),
            Self::AcceptsSmsChanged => include_str!("samples/accepts_sms_changed.json"),
            Self::AcceptsPostalChanged => include_str!("samples/accepts_postal_changed.json"),
            Self::ConsentChanged => include_str!("samples/consent_changed.json"),
            Self::PointsAdded => include_str!("samples/points_added.json"),
            Self::PointBalanceUpdated => include_str!("samples/point_balance_updated.json"),
            Self::RewardVoucherCreated => include_str!("samples/reward_voucher_created.json"),
            Self::MultichannelPromotionAssigned => {
                include_str!("samples/multichannel_promotion_assigned.json")
            }
            Self::ContactCreated => include_str!("samples/contact_created.json"),
            Self::ContactUpdated => include_str!("samples/contact_updated.json"),
            Self::ContactDeleted => include_str!("samples/contact_deleted.json"),
        }
    }
}
