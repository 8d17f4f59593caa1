use super::define::payload;
use crate::provider::voyado::field::{DateTime, date_or_date_time, nonempty_text};

payload! {
    /// The payload of `contact.consent.changed`. No public page shows its fields.
    ///
    /// Once set, a consent flips between true and false and never returns to "not set".
    pub struct ConsentChanged {
        /// The contact, a GUID.
        /// Inferred from [contact overview](https://developer.voyado.com/en/contacts/contact-overview.html).
        required contact_id: String = "contactId" via nonempty_text,
        /// The consent, as it is named in Engage; the first of `consentId`, `id`, `alias` and `name` counts.
        /// Inferred from [consents](https://developer.voyado.com/en/consents.html).
        optional consent_id: String = "consentId" | "id" | "alias" | "name",
        /// Whether the contact consents. Inferred from [consents](https://developer.voyado.com/en/consents.html).
        optional value: bool = "value",
        /// When the contact decided; `consentDateTime` counts if there is no `date`, and a date without a time is its
        /// midnight. Inferred from [consents](https://developer.voyado.com/en/consents.html).
        optional date: DateTime = "date" | "consentDateTime" via date_or_date_time,
        /// Where the contact decided. Inferred from [consents](https://developer.voyado.com/en/consents.html).
        optional source: String = "source",
        /// A remark on the decision. Inferred from [consents](https://developer.voyado.com/en/consents.html).
        optional comment: String = "comment",
    }
}

payload! {
    /// What a contact decided about one consent, in the list of a [`Contact`](super::Contact).
    pub struct ContactConsent {
        /// The consent, as it is named in Engage. Inferred from [consents](https://developer.voyado.com/en/consents.html).
        optional id: String = "id" | "consentId",
        /// Whether the contact consents. Inferred from [consents](https://developer.voyado.com/en/consents.html).
        optional value: bool = "value",
        /// When the contact decided; a date without a time is its midnight.
        /// Inferred from [consents](https://developer.voyado.com/en/consents.html).
        optional date: DateTime = "date" | "consentDateTime" via date_or_date_time,
        /// Where the contact decided. Inferred from [consents](https://developer.voyado.com/en/consents.html).
        optional source: String = "source",
        /// A remark on the decision. Inferred from [consents](https://developer.voyado.com/en/consents.html).
        optional comment: String = "comment",
    }
}
