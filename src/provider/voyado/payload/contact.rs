use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::value::RawValue;

use super::{ContactConsent, define::payload};
use crate::provider::voyado::field::{DateTime, nonempty_text};

payload! {
    /// The payload of `contact.created` and `contact.updated`: a contact as the Engage API has it. No public page shows its
    /// fields.
    ///
    /// The API reads a contact with its fields in `attributes` and `preferences`, and writes it flat. Both are read into
    /// the same fields, and what stands outside counts first. A customer's own attributes are in [`other`](Self::other),
    /// wherever they stood. It is written flat.
    pub struct Contact in "attributes", "preferences" {
        /// The contact, a GUID; `id` counts if there is no `contactId`.
        /// Inferred from [contact overview](https://developer.voyado.com/en/contacts/contact-overview.html).
        required contact_id: String = "contactId" | "id" via nonempty_text,
        /// The contact type: `Member`, `Contact` or one of the customer's own.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional contact_type: String = "contactType",
        /// The first name.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional first_name: String = "firstName",
        /// The last name.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional last_name: String = "lastName",
        /// The member number, of a sequence.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional member_number: String = "memberNumber",
        /// The national identity number, Swedish or Finnish.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional social_security_number: String = "socialSecurityNumber",
        /// The e-mail address.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional email: String = "email",
        /// The mobile phone number with its country code: `+46…`.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional mobile_phone: String = "mobilePhone",
        /// The store where the contact registered, by its id.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional created_in_store: String = "createdInStore",
        /// The contact's regular store, by its id.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional store: String = "store",
        /// The street and number.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional street: String = "street",
        /// The postal code.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional zip_code: String = "zipCode",
        /// The city.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional city: String = "city",
        /// Whom post is to be sent care of.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional care_of: String = "careOf",
        /// The country by its name: `Sweden`.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional country: String = "country",
        /// The country by its code: `SE`.
        /// Inferred from [contact overview](https://developer.voyado.com/en/contacts/contact-overview.html).
        optional country_code: String = "countryCode",
        /// The day of birth; a time sent with it is dropped.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional birth_day: Date = "birthDay",
        /// The gender: `Male`, `Female` or `Other`.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional gender: String = "gender",
        /// The age in years, which Engage works out.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional age: i64 = "age",
        /// Recency, frequency and monetary value in one figure from 1 to 100, which Engage works out.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional rfm: Decimal = "rfm",
        /// The recency of purchases, from 1 to 5, which Engage works out.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional recency: i64 = "retail.keyvalue.recency",
        /// The frequency of purchases, from 1 to 5, which Engage works out.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional frequency: i64 = "retail.keyvalue.frequency",
        /// The value of purchases, from 1 to 5, which Engage works out.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional monetary: i64 = "retail.keyvalue.monetary",
        /// The last Net Promoter Score that the contact gave.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional nps_grade: i64 = "nps.grade",
        /// When the contact gave it.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional nps_date_time: DateTime = "nps.datetime",
        /// The average Net Promoter Score that the contact gave.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional nps_average_grade: Decimal = "nps.averagegrade",
        /// The contact's id in another system.
        /// Inferred from [field definitions](https://developer.voyado.com/en/contacts/introduction/contact-field-definitions.html).
        optional external_id: String = "externalId",
        /// Whether the contact accepts e-mail, also within `preferences`.
        /// Inferred from [contact overview](https://developer.voyado.com/en/contacts/contact-overview.html).
        optional accepts_email: bool = "acceptsEmail",
        /// Whether the contact accepts SMS, also within `preferences`.
        /// Inferred from [contact overview](https://developer.voyado.com/en/contacts/contact-overview.html).
        optional accepts_sms: bool = "acceptsSms",
        /// Whether the contact accepts post, also within `preferences`.
        /// Inferred from [contact overview](https://developer.voyado.com/en/contacts/contact-overview.html).
        optional accepts_postal: bool = "acceptsPostal",
        /// What the contact decided about each consent; `None` if they are more than a thousand.
        /// Inferred from [contact overview](https://developer.voyado.com/en/contacts/contact-overview.html).
        optional consents: Vec<ContactConsent> = "consents",
        /// What Engage notes about the contact, as it was sent.
        /// Inferred from [contact overview](https://developer.voyado.com/en/contacts/contact-overview.html).
        optional meta: Box<RawValue> = "meta",
    }
}

payload! {
    /// The payload of `contact.deleted`. No public page shows its fields.
    pub struct ContactDeleted {
        /// The contact, a GUID; `id` counts if there is no `contactId`.
        /// Inferred from [contact overview](https://developer.voyado.com/en/contacts/contact-overview.html).
        required contact_id: String = "contactId" | "id" via nonempty_text,
    }
}
