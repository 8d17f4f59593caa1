use rust_decimal::Decimal;

use super::define::payload;
use crate::provider::voyado::field::{DateTime, Identifier};

payload! {
    /// The payload of `loyalty.addPoints`.
    ///
    /// Sent only with the point follower solution, for points added in Engage's interface or by an automation.
    pub struct PointsAdded {
        /// The contact, a GUID. Documented.
        required contact_id: String = "contactId",
        /// The number of points, up to four decimals. Documented.
        optional amount: Decimal = "amount",
        /// The definition of the points. Documented.
        optional point_definition_id: Identifier = "pointDefinitionId",
        /// What added the points. Documented.
        optional source: String = "source",
        /// What the contact reads about the points. Documented.
        optional description: String = "description",
        /// The user of Engage who added the points. Documented.
        optional user_id: String = "userId",
        /// That user's name. Documented.
        optional user_name: String = "userName",
        /// Why the points were added. Documented.
        optional reason: String = "reason",
        /// The id of what added the points. Documented.
        optional source_id: String = "sourceId",
    }
}

payload! {
    /// The payload of `point.balance.updated`.
    pub struct PointBalanceUpdated {
        /// The contact, a GUID. Documented.
        required contact_id: String = "contactId",
        /// The new balance in points, up to four decimals. Documented.
        optional balance: Decimal = "balance",
        /// The contact's point account. Documented.
        optional account_id: Identifier = "accountId",
        /// The definition of the points. Documented.
        optional definition_id: Identifier = "definitionId",
        /// When the balance expires. Documented.
        optional balance_expires: DateTime = "balanceExpires",
    }
}
