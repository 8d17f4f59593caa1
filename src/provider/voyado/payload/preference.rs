use super::define::payload;

payload! {
    /// The payload of `contact.acceptsEmail.changed`.
    ///
    /// Sent when the e-mail preference of an existing contact changes, not when the contact is created.
    pub struct AcceptsEmailChanged {
        /// The contact, a GUID. Documented.
        required contact_id: String = "contactId",
        /// The new preference. Inferred.
        inferred accepts_email: bool = "acceptsEmail",
    }
}

payload! {
    /// The payload of `contact.acceptsSms.changed`.
    ///
    /// Sent when the SMS preference of an existing contact changes, not when the contact is created.
    pub struct AcceptsSmsChanged {
        /// The contact, a GUID. Documented.
        required contact_id: String = "contactId",
        /// The new preference. Inferred.
        inferred accepts_sms: bool = "acceptsSms",
    }
}

payload! {
    /// The payload of `contact.acceptsPostal.changed`.
    ///
    /// Sent when the postal preference of an existing contact changes, not when the contact is created.
    pub struct AcceptsPostalChanged {
        /// The contact, a GUID. Documented.
        required contact_id: String = "contactId",
        /// The new preference. Inferred.
        inferred accepts_postal: bool = "acceptsPostal",
    }
}
