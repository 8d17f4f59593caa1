use serde_json::value::RawValue;

use super::define::payload;

payload! {
    /// The payload of `promotion.multichannel.assigned`.
    pub struct MultichannelPromotionAssigned {
        /// The contact, a GUID. Inferred, as an assignment in the Engage API has it.
        required contact_id: String = "contactId",
        /// The promotion, a GUID. Inferred, as an assignment in the Engage API has it.
        inferred promotion_id: String = "promotionId",
        /// The promotion's id in another system. Inferred.
        inferred external_id: String = "externalId",
        /// The promotion's name in Engage. Inferred.
        inferred name: String = "name",
        /// When the promotion is valid, as it was sent. Inferred.
        inferred validity: Box<RawValue> = "validity",
        /// What the contact reads. Inferred.
        inferred presentation: PromotionPresentation = "presentation",
        /// Where and how the promotion can be redeemed. Inferred.
        inferred redemption_channels: Vec<RedemptionChannel> = "redemptionChannels",
    }
}

payload! {
    /// How a promotion is presented to the contact.
    pub struct PromotionPresentation {
        /// The heading. Inferred.
        inferred heading: String = "heading",
        /// The text under the heading. Inferred.
        inferred description: String = "description",
        /// An address with more about the promotion. Inferred.
        inferred link: String = "link",
    }
}

payload! {
    /// A channel through which a promotion can be redeemed.
    pub struct RedemptionChannel {
        /// The kind of channel: `POS`, `ECOM` or `OTHER`. Inferred.
        inferred channel_type: String = "type",
        /// What the value is: `MONEY`, `PERCENT` or `EXTERNALOFFER`. Inferred.
        inferred value_type: String = "valueType",
        /// The value as it was sent: a sum, a share or the code of an offer. Inferred.
        inferred value: Box<RawValue> = "value",
        /// What the staff or the shop is to do. Inferred.
        inferred instruction: String = "instruction",
    }
}
