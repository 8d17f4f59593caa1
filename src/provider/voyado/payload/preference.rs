use super::define::payload;
use crate::provider::voyado::field::nonempty_text;

payload! {
    /// The payload of `contact.acceptsEmail.changed`.
    ///
    /// Sent when the e-mail preference of an existing contact changes, not when the contact is created. No public page
    /// shows its fields.
    pub struct AcceptsEmailChanged in "preferences" {
        /// The contact, a GUID; `id` counts if there is no `contactId`.
        /// Inferred from [contact overview](https://developer.voyado.com/en/contacts/contact-overview.html).
        required contact_id: String = "contactId" | "id" via nonempty_text,
        /// The new preference; `value` counts if there is no `acceptsEmail`.
        /// Inferred from [preferences](https://developer.voyado.com/en/webhooks/webhooks-for-contact-preferences.html).
        optional accepts_email: bool = "acceptsEmail" | "value",
    }
}

payload! {
    /// The payload of `contact.acceptsSms.changed`.
    ///
    /// Sent when the SMS preference of an existing contact changes, not when the contact is created. No public page shows
    /// its fields.
    pub struct AcceptsSmsChanged in "preferences" {
        /// The contact, a GUID; `id` counts if there is no `contactId`.
        /// Inferred from [contact overview](https://developer.voyado.com/en/contacts/contact-overview.html).
        required contact_id: String = "contactId" | "id" via nonempty_text,
        /// The new preference; `value` counts if there is no `acceptsSms`.
        /// Inferred from [preferences](https://developer.voyado.com/en/webhooks/webhooks-for-contact-preferences.html).
        optional accepts_sms: bool = "acceptsSms" | "value",
    }
}

payload! {
    /// The payload of `contact.acceptsPostal.changed`.
    ///
    /// Sent when the postal preference of an existing contact changes, not when the contact is created. No public page
    /// shows its fields.
    pub struct AcceptsPostalChanged in "preferences" {
        /// The contact, a GUID; `id` counts if there is no `contactId`.
        /// Inferred from [contact overview](https://developer.voyado.com/en/contacts/contact-overview.html).
        required contact_id: String = "contactId" | "id" via nonempty_text,
        /// The new preference; `value` counts if there is no `acceptsPostal`.
        /// Inferred from [preferences](https://developer.voyado.com/en/webhooks/webhooks-for-contact-preferences.html).
        optional accepts_postal: bool = "acceptsPostal" | "value",
    }
}
