use jiff::civil::Date;
use serde_json::value::RawValue;

use super::define::payload;

payload! {
    /// The payload of `contact.created` and `contact.updated`: a contact as the Engage API has it.
    ///
    /// The attributes that a customer adds in Engage are in [`other`](Self::other).
    pub struct Contact {
        /// The contact, a GUID. Inferred.
        required contact_id: String = "contactId",
        /// The contact type, such as `Member`. Inferred.
        inferred contact_type: String = "contactType",
        /// The first name. Inferred.
        inferred first_name: String = "firstName",
        /// The last name. Inferred.
        inferred last_name: String = "lastName",
        /// The e-mail address. Inferred.
        inferred email: String = "email",
        /// The mobile phone number. Inferred.
        inferred mobile_phone: String = "mobilePhone",
        /// The day of birth; a time sent with it is dropped. Inferred.
        inferred birth_day: Date = "birthDay",
        /// The gender. Inferred.
        inferred gender: String = "gender",
        /// The street and number. Inferred.
        inferred street: String = "street",
        /// The postal code. Inferred.
        inferred zip_code: String = "zipCode",
        /// The city. Inferred.
        inferred city: String = "city",
        /// The country, such as `SE`. Inferred.
        inferred country_code: String = "countryCode",
        /// The member number. Inferred.
        inferred member_number: String = "memberNumber",
        /// The national identity number. Inferred.
        inferred social_security_number: String = "socialSecurityNumber",
        /// Whether the contact accepts e-mail. Inferred.
        inferred accepts_email: bool = "acceptsEmail",
        /// Whether the contact accepts SMS. Inferred.
        inferred accepts_sms: bool = "acceptsSms",
        /// Whether the contact accepts post. Inferred.
        inferred accepts_postal: bool = "acceptsPostal",
        /// The consents as they were sent. Inferred.
        inferred consents: Box<RawValue> = "consents",
        /// The preferences as they were sent. Inferred.
        inferred preferences: Box<RawValue> = "preferences",
    }
}

payload! {
    /// The payload of `contact.deleted`.
    pub struct ContactDeleted {
        /// The contact, a GUID. Inferred.
        required contact_id: String = "contactId",
    }
}
