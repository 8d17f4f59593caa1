use rust_decimal::Decimal;

use super::define::payload;
use crate::provider::voyado::field::{DateTime, Identifier, nonempty_text};

payload! {
    /// The payload of `loyalty.addPoints`.
    ///
    /// Sent only with the point follower solution, for points added in Engage's interface or by an automation.
    pub struct PointsAdded {
        /// The contact, a GUID.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        required contact_id: String = "contactId" via nonempty_text,
        /// The number of points, up to four decimals.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional amount: Decimal = "amount",
        /// The definition of the points.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional point_definition_id: Identifier = "pointDefinitionId",
        /// What added the points.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional source: String = "source",
        /// What the contact reads about the points.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional description: String = "description",
        /// The user of Engage who added the points.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional user_id: String = "userId",
        /// That user's name.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional user_name: String = "userName",
        /// Why the points were added.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional reason: String = "reason",
        /// The id of what added the points.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional source_id: String = "sourceId",
    }
}

payload! {
    /// The payload of `point.balance.updated`.
    pub struct PointBalanceUpdated {
        /// The contact, a GUID.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        required contact_id: String = "contactId" via nonempty_text,
        /// The new balance in points, up to four decimals.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional balance: Decimal = "balance",
        /// The contact's point account.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional account_id: Identifier = "accountId",
        /// The definition of the points.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional definition_id: Identifier = "definitionId",
        /// When the balance expires.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional balance_expires: DateTime = "balanceExpires",
    }
}
