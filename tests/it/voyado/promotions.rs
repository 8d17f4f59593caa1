//! An assigned promotion.

use tower_webhook::voyado::{EventType, MultichannelPromotionAssigned};

use super::decode::{payload, payload_of};

fn promotion(json: &str) -> MultichannelPromotionAssigned {
    let event = payload(EventType::MultichannelPromotionAssigned, json).unwrap();
    *payload_of!(MultichannelPromotionAssigned, event)
}

#[test]
fn the_id_to_redeem_with_is_the_assignments_and_not_the_promotions() {
    let promotion = promotion(r#"{"contactId":"c-1","promotionId":"p-1","id":"a-1"}"#);
    assert_eq!(promotion.id.as_deref(), Some("a-1"));
    assert_eq!(promotion.promotion_id.as_deref(), Some("p-1"));
    assert!(promotion.other.is_empty());
}

#[test]
fn a_presentation_is_read_inside_and_outside() {
    for json in [
        r#"{"contactId":"c-1","heading":"h","description":"d","imageUrl":"i","link":"l"}"#,
        r#"{"contactId":"c-1","presentation":{"heading":"h","description":"d","imageUrl":"i","link":"l"}}"#,
        r#"{"Presentation":{"Heading":"h","link":"l"},"contactId":"c-1","description":"d","imageUrl":"i"}"#,
    ] {
        let promotion = promotion(json);
        assert_eq!(promotion.heading.as_deref(), Some("h"), "{json}");
        assert_eq!(promotion.description.as_deref(), Some("d"), "{json}");
        assert_eq!(promotion.image_url.as_deref(), Some("i"), "{json}");
        assert_eq!(promotion.link.as_deref(), Some("l"), "{json}");
        assert!(promotion.other.is_empty(), "{json}");
    }
}

#[test]
fn a_templates_validity_is_read() {
    let promotion = promotion(
        r#"{"contactId":"c-1","validity":{"startDate":"2024-01-01T00:00:00+01:00","endDate":null,
            "assignedValidity":{"unit":"Days","amount":30},"x":1}}"#,
    );
    let validity = promotion.validity.unwrap();
    assert_eq!(
        validity.start_date.unwrap().to_string(),
        "2024-01-01T00:00:00+01:00"
    );
    assert_eq!(validity.end_date, None);
    let assigned = validity.assigned_validity.unwrap();
    assert_eq!(assigned.unit.as_deref(), Some("Days"));
    assert_eq!(assigned.amount, Some(30));
    assert_eq!(validity.other.get("x").unwrap().get(), "1");
}

#[test]
fn the_value_of_a_channel_is_as_it_was_sent() {
    for value in [
        "20",
        "10.00",
        r#""HOST20""#,
        r#"{"amount":50.0,"currency":"SEK"}"#,
    ] {
        let promotion = promotion(&format!(
            r#"{{"contactId":"c-1","redemptionChannels":[{{"type":"POS","valueType":"MONEY","value":{value},
                "localValues":[1],"instruction":7,"x":null}}]}}"#
        ));
        let [channel] = &promotion.redemption_channels.unwrap()[..] else {
            panic!("not one channel");
        };
        assert_eq!(channel.channel_type.as_deref(), Some("POS"));
        assert_eq!(channel.value_type.as_deref(), Some("MONEY"));
        assert_eq!(channel.value.as_ref().unwrap().get(), value);
        assert_eq!(channel.local_values.as_ref().unwrap().get(), "[1]");
        assert_eq!(channel.instruction.as_deref(), Some("7"));
        assert_eq!(channel.other.get("x").unwrap().get(), "null");
    }
}

#[test]
fn objects_of_another_shape_are_none_and_kept() {
    for (name, value) in [
        ("presentation", r#""text""#),
        ("presentation", "[]"),
        ("redemptionChannels", "{}"),
        ("redemptionChannels", r#"["POS"]"#),
        ("redemptionChannels", r#"[{"type":"POS"},null]"#),
        ("validity", "[]"),
        ("validity", r#""2024""#),
        ("expiresOn", r#""2024-10-31""#),
        ("expiresOn", r#""""#),
        ("name", "{}"),
        ("promotionId", "[7]"),
        ("id", "false"),
    ] {
        let promotion = promotion(&format!(
            r#"{{"contactId":"c-1","{name}":{value},"type":"Multichannel"}}"#
        ));
        assert!(promotion.redemption_channels.is_none());
        assert!(promotion.validity.is_none());
        assert_eq!(promotion.expires_on, None);
        assert_eq!(promotion.name, None);
        assert_eq!(promotion.promotion_id, None);
        assert_eq!(promotion.id, None);
        assert_eq!(promotion.promotion_type.as_deref(), Some("Multichannel"));
        assert_eq!(promotion.other.get(name).unwrap().get(), value);
        assert_eq!(promotion.other.len(), 1);
    }
}
