//! Every sample, field by field.

use jiff::civil::date;
use tower_webhook::voyado::{Event, EventType};

use super::decode::{envelope, payload_of};

const CONTACT: &str = "1c9b35d6-28d8-4520-8900-a89555f7f0c5";

fn sample(event_type: EventType) -> Event {
    let envelope = envelope(event_type.sample()).unwrap();
    assert_eq!(envelope.event_type, event_type.as_str());
    assert_eq!(envelope.event.event_type(), event_type.as_str());
    assert_eq!(envelope.event.contact_id(), Some(CONTACT));
    assert_eq!(envelope.tenant.as_deref(), Some("norrsken"));
    assert!(envelope.id.is_some());
    assert!(!envelope.is_encrypted);
    assert!(envelope.other.is_empty());
    envelope.event
}

#[test]
fn a_changed_email_preference_has_its_new_value() {
    let event = payload_of!(AcceptsEmailChanged, sample(EventType::AcceptsEmailChanged));
    assert_eq!(event.contact_id, CONTACT);
    assert_eq!(event.accepts_email, Some(true));
    assert!(event.other.is_empty());
}

#[test]
fn a_changed_sms_preference_has_its_new_value() {
    let event = payload_of!(AcceptsSmsChanged, sample(EventType::AcceptsSmsChanged));
    assert_eq!(event.contact_id, CONTACT);
    assert_eq!(event.accepts_sms, Some(false));
    assert!(event.other.is_empty());
}

#[test]
fn a_changed_postal_preference_has_its_new_value() {
    let event = payload_of!(
        AcceptsPostalChanged,
        sample(EventType::AcceptsPostalChanged)
    );
    assert_eq!(event.contact_id, CONTACT);
    assert_eq!(event.accepts_postal, Some(true));
    assert!(event.other.is_empty());
}

#[test]
fn a_changed_consent_has_what_was_decided_when_and_where() {
    let event = payload_of!(ConsentChanged, sample(EventType::ConsentChanged));
    assert_eq!(event.contact_id, CONTACT);
    assert_eq!(event.consent_id.as_deref(), Some("memberConsent"));
    assert_eq!(event.value, Some(true));
    assert_eq!(
        event.date.unwrap().to_string(),
        "2024-03-05T09:12:44.1250003+01:00"
    );
    assert_eq!(event.source.as_deref(), Some("Butik Östermalm"));
    assert_eq!(
        event.comment.as_deref(),
        Some("Godkände villkoren i kassan")
    );
    assert!(event.other.is_empty());
}

#[test]
fn added_points_have_their_amount_and_who_added_them() {
    let event = payload_of!(PointsAdded, sample(EventType::PointsAdded));
    assert_eq!(event.contact_id, CONTACT);
    assert_eq!(event.amount.unwrap().to_string(), "125.5000");
    assert_eq!(event.point_definition_id.unwrap().as_i64(), Some(1));
    assert_eq!(event.source.as_deref(), Some("Automation"));
    assert_eq!(event.description.as_deref(), Some("Välkomstpoäng"));
    assert_eq!(
        event.user_id.as_deref(),
        Some("7f0e6f1a-90f2-4b5e-8d0c-8f0a3c1b2d4e")
    );
    assert_eq!(event.user_name.as_deref(), Some("Åsa Lindström"));
    assert_eq!(event.reason.as_deref(), Some("Ny medlem"));
    assert_eq!(event.source_id.as_deref(), Some("autumn-welcome-2024"));
    assert!(event.other.is_empty());
}

#[test]
fn an_updated_balance_has_its_four_decimals_and_its_expiry() {
    let event = payload_of!(PointBalanceUpdated, sample(EventType::PointBalanceUpdated));
    assert_eq!(event.contact_id, CONTACT);
    assert_eq!(event.balance.unwrap().to_string(), "1000.1234");
    assert_eq!(event.account_id.unwrap().as_i64(), Some(48213));
    assert_eq!(event.definition_id.unwrap().as_str(), "1");
    assert_eq!(
        event.balance_expires.unwrap().to_string(),
        "2025-06-14T10:43:20.4688587+02:00"
    );
    assert!(event.other.is_empty());
}

#[test]
fn a_created_voucher_has_its_code_with_leading_zeros() {
    let event = payload_of!(
        RewardVoucherCreated,
        sample(EventType::RewardVoucherCreated)
    );
    assert_eq!(event.contact_id, CONTACT);
    assert_eq!(event.amount.unwrap().to_string(), "150.00");
    assert_eq!(event.currency.as_deref(), Some("SEK"));
    assert_eq!(
        event.id.as_deref(),
        Some("af61c5c8-7ff8-4234-9b67-c75300738cd3")
    );
    assert_eq!(event.unique_code.as_deref(), Some("0042511233093"));
    assert_eq!(
        event.valid_from.unwrap().to_string(),
        "2024-06-14T00:00:00+02:00"
    );
    assert_eq!(
        event.valid_to.unwrap().to_string(),
        "2024-09-14T23:59:59.9999999+02:00"
    );
    assert!(event.other.is_empty());
}

#[test]
fn an_assigned_promotion_has_the_id_to_redeem_it_with_and_its_channels() {
    let event = payload_of!(
        MultichannelPromotionAssigned,
        sample(EventType::MultichannelPromotionAssigned)
    );
    assert_eq!(event.contact_id, CONTACT);
    let texts = [
        (&event.id, "0d5b2f0e-9f8e-4b3a-8a55-b18a00a1c2d3"),
        (&event.promotion_id, "44a0f722-1f28-4965-a648-a8e8010c86d5"),
        (&event.external_id, "HOST-2024-20"),
        (&event.name, "Höstkampanj 20 %"),
        (&event.promotion_type, "Multichannel"),
        (&event.heading, "20 % på höstens stövlar"),
        (
            &event.description,
            "Gäller ordinarie pris i butik och på nätet.",
        ),
        (&event.image_url, "https://shop.example/host.png"),
        (&event.link, "https://shop.example/höst"),
    ];
    for (field, text) in texts {
        assert_eq!(field.as_deref(), Some(text));
    }
    assert_eq!(event.valid_from, None);
    assert_eq!(
        event.expires_on.unwrap().to_string(),
        "2024-10-31T23:59:59+01:00"
    );
    assert!(event.validity.is_none());
    assert!(event.other.is_empty());

    let [pos, ecom] = &event.redemption_channels.unwrap()[..] else {
        panic!("not two channels");
    };
    assert_eq!(pos.channel_type.as_deref(), Some("POS"));
    assert_eq!(pos.value_type.as_deref(), Some("PERCENT"));
    assert_eq!(pos.value.as_ref().unwrap().get(), "20");
    assert_eq!(pos.local_values.as_ref().unwrap().get(), "[]");
    assert_eq!(pos.instruction.as_deref(), Some("Läs av koden i kassan"));
    assert!(pos.other.is_empty());
    assert_eq!(ecom.channel_type.as_deref(), Some("ECOM"));
    assert_eq!(ecom.value.as_ref().unwrap().get(), r#""HÖST20""#);
}

#[test]
fn a_created_contact_has_its_data_and_the_customers_own_attributes() {
    let contact = payload_of!(ContactCreated, sample(EventType::ContactCreated));
    assert_eq!(contact.contact_id, CONTACT);
    let texts = [
        (&contact.contact_type, "Member"),
        (&contact.first_name, "Åsa"),
        (&contact.last_name, "Öhrström"),
        (&contact.member_number, "9876543"),
        (&contact.social_security_number, "19840229-2380"),
        (&contact.email, "asa.ohrstrom@example.se"),
        (&contact.mobile_phone, "+46701740605"),
        (&contact.created_in_store, "1001"),
        (&contact.street, "Kungsgatan 12 B"),
        (&contact.zip_code, "111 35"),
        (&contact.city, "Malmö"),
        (&contact.country, "Sweden"),
        (&contact.country_code, "SE"),
        (&contact.gender, "Female"),
    ];
    for (field, text) in texts {
        assert_eq!(field.as_deref(), Some(text));
    }
    assert_eq!(contact.birth_day, Some(date(1984, 2, 29)));
    assert_eq!(contact.age, Some(40));
    assert_eq!(contact.recency, Some(5));
    assert_eq!(contact.accepts_email, Some(true));
    assert_eq!(contact.accepts_sms, Some(true));
    assert_eq!(contact.accepts_postal, Some(false));
    assert!(contact.meta.unwrap().get().contains("createdOn"));
    let [consent] = &contact.consents.unwrap()[..] else {
        panic!("not one consent");
    };
    assert_eq!(consent.id.as_deref(), Some("memberConsent"));
    assert_eq!(consent.value, Some(true));
    assert_eq!(
        consent.date.unwrap().civil(),
        date(2024, 3, 5).at(0, 0, 0, 0)
    );
    assert_eq!(consent.source.as_deref(), Some("POS"));
    assert_eq!(
        consent.comment.as_deref(),
        Some("Godkände villkoren i kassan")
    );
    let other: Vec<_> = contact
        .other
        .iter()
        .map(|(name, value)| (name, value.get()))
        .collect();
    assert_eq!(
        other,
        [
            ("favouriteStore", r#""Västra Hamnen""#),
            ("shoeSize", "38.5")
        ]
    );
}

#[test]
fn an_updated_contact_may_have_only_what_changed() {
    let contact = payload_of!(ContactUpdated, sample(EventType::ContactUpdated));
    assert_eq!(contact.contact_id, CONTACT);
    assert_eq!(contact.email.as_deref(), Some("asa@öhrström.example"));
    assert_eq!(contact.city.as_deref(), Some("Göteborg"));
    assert_eq!(contact.mobile_phone, None);
    assert_eq!(contact.first_name, None);
    assert!(contact.other.is_empty());
}

#[test]
fn a_deleted_contact_has_its_id() {
    let event = payload_of!(ContactDeleted, sample(EventType::ContactDeleted));
    assert_eq!(event.contact_id, CONTACT);
    assert!(event.other.is_empty());
}
