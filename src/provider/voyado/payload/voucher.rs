use rust_decimal::Decimal;

use super::define::payload;
use crate::provider::voyado::field::{DateTime, nonempty_text};

payload! {
    /// The payload of `reward.voucher.created`.
    ///
    /// Voyado's page writes these names in `PascalCase`; here they are written like those of every other event.
    pub struct RewardVoucherCreated {
        /// The contact, a GUID.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        required contact_id: String = "contactId" via nonempty_text,
        /// What the voucher is worth, in units of the currency.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional amount: Decimal = "amount",
        /// The currency, such as `SEK`.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional currency: String = "currency",
        /// The voucher's id.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional id: String = "id",
        /// The code that the contact shows; leading zeros count.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional unique_code: String = "uniqueCode",
        /// From when the voucher can be used.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional valid_from: DateTime = "validFrom",
        /// Until when the voucher can be used.
        /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
        optional valid_to: DateTime = "validTo",
    }
}
