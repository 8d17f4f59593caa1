//! The texts in an event, by the names that they are sent under: the same list as the crate's, made by hand.

use tower_webhook::voyado::{Event, Identifier};

/// Each text of an event.
pub fn texts(event: &Event) -> Vec<(&'static str, Option<&str>)> {
    match event {
        Event::ConsentChanged(event) => vec![
            ("consentId", event.consent_id.as_deref()),
            ("source", event.source.as_deref()),
            ("comment", event.comment.as_deref()),
        ],
        Event::PointsAdded(event) => vec![
            (
                "pointDefinitionId",
                event.point_definition_id.as_ref().map(Identifier::as_str),
            ),
            ("source", event.source.as_deref()),
            ("description", event.description.as_deref()),
            ("userId", event.user_id.as_deref()),
            ("userName", event.user_name.as_deref()),
            ("reason", event.reason.as_deref()),
            ("sourceId", event.source_id.as_deref()),
        ],
        Event::PointBalanceUpdated(event) => vec![
            (
                "accountId",
                event.account_id.as_ref().map(Identifier::as_str),
            ),
            (
                "definitionId",
                event.definition_id.as_ref().map(Identifier::as_str),
            ),
        ],
        Event::RewardVoucherCreated(event) => vec![
            ("currency", event.currency.as_deref()),
            ("id", event.id.as_deref()),
            ("uniqueCode", event.unique_code.as_deref()),
        ],
        Event::MultichannelPromotionAssigned(event) => vec![
            ("id", event.id.as_deref()),
            ("promotionId", event.promotion_id.as_deref()),
            ("externalId", event.external_id.as_deref()),
            ("name", event.name.as_deref()),
            ("type", event.promotion_type.as_deref()),
            ("heading", event.heading.as_deref()),
            ("description", event.description.as_deref()),
            ("imageUrl", event.image_url.as_deref()),
            ("link", event.link.as_deref()),
        ],
        Event::ContactCreated(contact) | Event::ContactUpdated(contact) => vec![
            ("contactType", contact.contact_type.as_deref()),
            ("firstName", contact.first_name.as_deref()),
            ("lastName", contact.last_name.as_deref()),
            ("email", contact.email.as_deref()),
            ("mobilePhone", contact.mobile_phone.as_deref()),
            ("gender", contact.gender.as_deref()),
            ("street", contact.street.as_deref()),
            ("zipCode", contact.zip_code.as_deref()),
            ("city", contact.city.as_deref()),
            ("careOf", contact.care_of.as_deref()),
            ("country", contact.country.as_deref()),
            ("countryCode", contact.country_code.as_deref()),
            ("createdInStore", contact.created_in_store.as_deref()),
            ("store", contact.store.as_deref()),
            ("externalId", contact.external_id.as_deref()),
            ("memberNumber", contact.member_number.as_deref()),
            (
                "socialSecurityNumber",
                contact.social_security_number.as_deref(),
            ),
        ],
        _ => Vec::new(),
    }
}
