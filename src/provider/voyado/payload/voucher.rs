use rust_decimal::Decimal;

use super::define::payload;
use crate::provider::voyado::field::DateTime;

payload! {
    /// The payload of `reward.voucher.created`.
    ///
    /// Voyado's page writes these names in `PascalCase`; here they are written like those of every other event.
    pub struct RewardVoucherCreated {
        /// The contact, a GUID. Documented.
        required contact_id: String = "contactId",
        /// What the voucher is worth, in units of the currency. Documented.
        optional amount: Decimal = "amount",
        /// The currency, such as `SEK`. Documented.
        optional currency: String = "currency",
        /// The voucher's id. Documented.
        optional id: String = "id",
        /// The code that the contact shows; leading zeros count. Documented.
        optional unique_code: String = "uniqueCode",
        /// From when the voucher can be used. Documented.
        optional valid_from: DateTime = "validFrom",
        /// Until when the voucher can be used. Documented.
        optional valid_to: DateTime = "validTo",
    }
}
