use std::{error::Error, fmt, str::FromStr};

/// The event types that Voyado documents.
///
/// ```
/// use tower_webhook::voyado::EventType;
///
/// let event_type: EventType = "point.balance.updated".parse()?;
/// assert_eq!(event_type, EventType::PointBalanceUpdated);
/// # Ok::<_, tower_webhook::voyado::UnknownEventType>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventType {
    /// A contact's e-mail preference changed.
    AcceptsEmailChanged,
    /// A contact's SMS preference changed.
    AcceptsSmsChanged,
    /// A contact's postal preference changed.
    AcceptsPostalChanged,
    /// A consent of a contact changed.
    ConsentChanged,
    /// Points were added to a contact, under the point follower solution.
    PointsAdded,
    /// A contact's point balance changed.
    PointBalanceUpdated,
    /// A reward voucher was created for a contact.
    RewardVoucherCreated,
    /// A multichannel promotion was assigned to a contact.
    MultichannelPromotionAssigned,
    /// A contact was created.
    ContactCreated,
    /// A contact was updated.
    ContactUpdated,
    /// A contact was deleted.
    ContactDeleted,
}

impl EventType {
    /// Every documented event type.
    pub const ALL: [Self; 11] = [
        Self::AcceptsEmailChanged,
        Self::AcceptsSmsChanged,
        Self::AcceptsPostalChanged,
        Self::ConsentChanged,
        Self::PointsAdded,
        Self::PointBalanceUpdated,
        Self::RewardVoucherCreated,
        Self::MultichannelPromotionAssigned,
        Self::ContactCreated,
        Self::ContactUpdated,
        Self::ContactDeleted,
    ];

    /// The name that Voyado sends as `eventType`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AcceptsEmailChanged => "contact.acceptsEmail.changed",
            Self::AcceptsSmsChanged => "contact.acceptsSms.changed",
            Self::AcceptsPostalChanged => "contact.acceptsPostal.changed",
            Self::ConsentChanged => "contact.consent.changed",
            Self::PointsAdded => "loyalty.addPoints",
            Self::PointBalanceUpdated => "point.balance.updated",
            Self::RewardVoucherCreated => "reward.voucher.created",
            Self::MultichannelPromotionAssigned => "promotion.multichannel.assigned",
            Self::ContactCreated => "contact.created",
            Self::ContactUpdated => "contact.updated",
            Self::ContactDeleted => "contact.deleted",
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads the name as Voyado sends it, case included.
impl FromStr for EventType {
    type Err = UnknownEventType;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|event_type| event_type.as_str() == name)
            .ok_or(UnknownEventType)
    }
}

/// The name is none of the documented event types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownEventType;

impl fmt::Display for UnknownEventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an event type that Voyado documents")
    }
}

impl Error for UnknownEventType {}
