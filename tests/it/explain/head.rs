use tower_webhook::{Receiver, SourceIp, Timestamp, provider, scheme::standard_webhooks, voyado};

use super::{BODY, NOW, SECRET, causes, explainer, head_of, now, schemes};

#[test]
fn a_clock_that_is_off_is_named_with_its_seconds() {
    for (scheme, secret) in schemes() {
        if !scheme.has_replay_protection() {
            continue;
        }
        let head = head_of(&scheme, secret, BODY.as_bytes());
        for (at, name, figure) in [
            (NOW + 301, "clock", "301 seconds"),
            (NOW - 400, "clock", "400 seconds"),
            (NOW + 86_400, "clock", "86400 seconds"),
            (NOW + 100 * 3600, "replayed_capture", "100 hours"),
        ] {
            let explainer = explainer(&scheme, secret).at(Timestamp::from_unix_seconds(at));
            let explanation = explainer.explain(&head, BODY);
            assert_eq!(causes(&explanation), [name]);
            let proof = explanation.causes()[0].proof();
            assert!(proof.contains(figure), "{proof}");
        }
    }
}

#[test]
fn an_old_timestamp_whose_signature_does_not_verify_is_forged() {
    for (scheme, secret) in schemes() {
        let head = head_of(&scheme, secret, b"another body");
        let later = explainer(&scheme, secret).at(Timestamp::from_unix_seconds(NOW + 10_000));
        assert_eq!(causes(&later.explain(&head, BODY)), ["forged"]);
    }
}

#[test]
fn milliseconds_are_named_whether_or_not_they_were_signed() {
    let scheme = standard_webhooks();
    let mut head = head_of(&scheme, SECRET, BODY.as_bytes());
    head.headers
        .insert("svix-timestamp", format!("{NOW}000").parse().unwrap());
    assert_eq!(
        causes(&explainer(&scheme, SECRET).explain(&head, BODY)),
        ["timestamp_milliseconds"]
    );
    let signer = tower_webhook::testing::Signer::new(SECRET).unwrap();
    let request = signer.request("msg_1", Timestamp::from_unix_seconds(NOW * 1000), BODY);
    let (head, _) = request.into_parts();
    assert_eq!(
        causes(&explainer(&scheme, SECRET).explain(&head, BODY)),
        ["timestamp_milliseconds"]
    );
}

#[test]
fn mixed_and_renamed_header_families_are_named() {
    let scheme = standard_webhooks();
    let signed = head_of(&scheme, SECRET, BODY.as_bytes());
    let id = signed.headers["svix-id"].clone();
    let mut mixed = signed.clone();
    mixed.headers.remove("svix-id");
    mixed.headers.insert("webhook-id", id.clone());
    assert_eq!(
        causes(&explainer(&scheme, SECRET).explain(&mixed, BODY)),
        ["header_family"]
    );

    let mut renamed = signed.clone();
    renamed.headers.remove("svix-id");
    renamed.headers.insert("x-svix-id", id);
    assert_eq!(
        causes(&explainer(&scheme, SECRET).explain(&renamed, BODY)),
        ["header_family"]
    );
}

#[test]
fn a_missing_header_is_named() {
    for (scheme, secret) in schemes() {
        let mut head = head_of(&scheme, secret, BODY.as_bytes());
        let name = scheme
            .headers()
            .into_iter()
            .find(|name| head.headers.contains_key(name) && name.as_str().contains("signature"))
            .unwrap();
        head.headers.remove(&name);
        let explanation = explainer(&scheme, secret).explain(&head, BODY);
        assert_eq!(causes(&explanation), ["header_missing"]);
        assert!(explanation.causes()[0].proof().contains("ignature"));
    }
}

#[test]
fn a_signature_in_another_encoding_is_named() {
    use base64::{
        Engine,
        engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
    };
    let scheme = standard_webhooks();
    let signed = head_of(&scheme, SECRET, BODY.as_bytes());
    let value = signed.headers["svix-signature"]
        .to_str()
        .unwrap()
        .to_owned();
    let encoded = value.strip_prefix("v1,").unwrap();
    let tag = STANDARD.decode(encoded).unwrap();
    let hex = hex::encode(&tag);
    for written in [
        encoded.to_owned(),
        format!("v1={encoded}"),
        format!("v1,{}", encoded.trim_end_matches('=')),
        format!("v1,{hex}"),
        format!("v1,{}", URL_SAFE_NO_PAD.encode(&tag)),
        hex.to_uppercase(),
    ] {
        let mut head = signed.clone();
        head.headers
            .insert("svix-signature", written.parse().unwrap());
        assert_eq!(
            causes(&explainer(&scheme, SECRET).explain(&head, BODY)),
            ["signature_encoding"],
            "{written}"
        );
    }
    let github = provider::github();
    let signed = head_of(&github, "secret", BODY.as_bytes());
    let hex = signed.headers["x-hub-signature-256"]
        .to_str()
        .unwrap()
        .trim_start_matches("sha256=")
        .to_owned();
    let mut head = signed.clone();
    head.headers
        .insert("x-hub-signature-256", hex.parse().unwrap());
    assert_eq!(
        causes(&explainer(&github, "secret").explain(&head, BODY)),
        ["signature_encoding"]
    );
}

#[test]
fn a_list_of_one_version_and_a_key_of_the_other_are_named() {
    let scheme = standard_webhooks();
    let mut head = head_of(&scheme, SECRET, BODY.as_bytes());
    head.headers.insert(
        "svix-signature",
        format!("v1a,{}==", "A".repeat(86)).parse().unwrap(),
    );
    assert_eq!(
        causes(&explainer(&scheme, SECRET).explain(&head, BODY)),
        ["only_v1a"]
    );
    let head = head_of(&scheme, SECRET, BODY.as_bytes());
    let public = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    assert_eq!(
        causes(&explainer(&scheme, public).explain(&head, BODY)),
        ["only_v1a"]
    );
}

#[test]
fn another_provider_and_a_relay_are_named() {
    let stripe = head_of(&provider::stripe(), "secret-of-stripe", BODY.as_bytes());
    let explanation = explainer(&standard_webhooks(), SECRET).explain(&stripe, BODY);
    assert_eq!(causes(&explanation)[0], "other_provider");
    assert!(explanation.causes()[0].proof().contains("stripe-signature"));
    let mut relayed = head_of(&provider::github(), "secret of the relay", BODY.as_bytes());
    relayed
        .headers
        .insert("x-hookdeck-eventid", "evt_1".parse().unwrap());
    let explanation = explainer(&provider::github(), "secret").explain(&relayed, BODY);
    assert_eq!(causes(&explanation), ["relay"]);
}

#[test]
fn a_source_address_is_named_with_what_was_judged() {
    let receiver = Receiver::builder(SECRET)
        .source_ip(SourceIp::allow(["203.0.113.7"]))
        .clock(|| std::time::Duration::from_secs(NOW))
        .build()
        .unwrap();
    let mut head = head_of(&standard_webhooks(), SECRET, BODY.as_bytes());
    head.extensions.insert(tower_webhook::receiver::PeerAddr(
        "10.0.0.9:80".parse().unwrap(),
    ));
    head.headers
        .insert("x-forwarded-for", "203.0.113.7".parse().unwrap());
    let explanation = receiver.explain(&head, BODY);
    assert_eq!(causes(&explanation), ["source_ip"]);
    let proof = explanation.causes()[0].proof();
    assert!(proof.contains("10.0.0.9"), "{proof}");
}

#[test]
fn an_event_that_does_not_parse_is_named_with_its_place() {
    let receiver = Receiver::builder(SECRET)
        .clock(|| std::time::Duration::from_secs(NOW))
        .build()
        .unwrap();
    let body = "{\"eventType\": 5,\n \"payload\": [}";
    let head = head_of(&standard_webhooks(), SECRET, body.as_bytes());
    let explanation = receiver.explain_event::<voyado::Event>(&head, body);
    assert_eq!(causes(&explanation), ["event"]);
    assert!(
        explanation.causes()[0].proof().contains("line 2"),
        "{explanation}"
    );
    let _ = now();
}
