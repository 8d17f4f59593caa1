use super::define::payload;
use crate::provider::voyado::field::{DateTime, date_or_date_time};

payload! {
    /// The payload of `contact.consent.changed`.
    ///
    /// Once set, a consent flips between true and false and never returns to "not set".
    pub struct ConsentChanged {
        /// The contact, a GUID. Documented.
        required contact_id: String = "contactId",
        /// The consent, as it is named in Engage; `id` is read if `consentId` is not sent. Inferred.
        inferred consent_id: String = "consentId" | "id",
        /// Whether the contact consents. Inferred.
        inferred value: bool = "value",
        /// When the contact decided; a date without a time is its midnight. Inferred.
        inferred date: DateTime = "date" via date_or_date_time,
        /// Where the contact decided. Inferred.
        inferred source: String = "source",
        /// A remark on the decision. Inferred.
        inferred comment: String = "comment",
    }
}
