use serde_json::value::RawValue;

use super::define::payload;
use crate::provider::voyado::field::{DateTime, nonempty_text};

payload! {
    /// The payload of `promotion.multichannel.assigned`: a promotion that is assigned to a contact, as the Engage API has it.
    /// No public page shows its fields.
    ///
    /// What the API has within a template's `presentation` is read into the same fields as what stands outside.
    pub struct MultichannelPromotionAssigned in "presentation" {
        /// The contact, a GUID.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        required contact_id: String = "contactId" via nonempty_text,
        /// The assignment, a GUID that no other contact has: the id to redeem the promotion with.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional id: String = "id",
        /// The promotion, a GUID that is the same for every contact it is assigned to.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional promotion_id: String = "promotionId",
        /// The promotion's id in another system.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional external_id: String = "externalId",
        /// The promotion's name in Engage.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional name: String = "name",
        /// The type of promotion: `Multichannel`.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional promotion_type: String = "type",
        /// The heading that the contact reads.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional heading: String = "heading",
        /// The text under the heading.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional description: String = "description",
        /// The address of an image.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional image_url: String = "imageUrl",
        /// An address with more about the promotion.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional link: String = "link",
        /// From when the promotion can be redeemed.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional valid_from: DateTime = "validFrom",
        /// Until when the promotion can be redeemed.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional expires_on: DateTime = "expiresOn",
        /// When the promotion's template is valid.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional validity: PromotionValidity = "validity",
        /// Where and how the promotion can be redeemed; `None` if they are more than a thousand.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional redemption_channels: Vec<RedemptionChannel> = "redemptionChannels",
    }
}

payload! {
    /// When a promotion is valid, by its template.
    pub struct PromotionValidity {
        /// From when it can be assigned and redeemed.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional start_date: DateTime = "startDate",
        /// Until when it can be assigned and redeemed.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional end_date: DateTime = "endDate",
        /// How long it is valid after it was assigned.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional assigned_validity: AssignedValidity = "assignedValidity",
    }
}

payload! {
    /// How long a promotion is valid after it was assigned.
    pub struct AssignedValidity {
        /// The unit: `Months` or `Days`.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional unit: String = "unit",
        /// How many of them.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional amount: i64 = "amount",
    }
}

payload! {
    /// A channel through which a promotion can be redeemed.
    pub struct RedemptionChannel {
        /// The kind of channel: `POS`, `ECOM` or `OTHER`.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional channel_type: String = "type",
        /// What the value is: `PERCENT`, `MONEY`, `EXTERNALOFFER`, `MANUAL` or `SWIPE`.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional value_type: String = "valueType",
        /// The value as it was sent: a number, a text, or an amount and its currency.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional value: Box<RawValue> = "value",
        /// The values in other currencies or markets, as they were sent.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional local_values: Box<RawValue> = "localValues",
        /// What the staff or the shop is to do.
        /// Inferred from [promotions](https://developer.voyado.com/docs/loyalty/promotions).
        optional instruction: String = "instruction",
    }
}
