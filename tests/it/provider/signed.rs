//! What every preset has in common: a name, headers, and a signer for tests.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use tower_webhook::{
    Receiver, Timestamp,
    error::ConfigErrorKind,
    provider::{KeyKind, Preset, PresetSettings, presets},
    scheme::Scheme,
    testing::Signer,
};

const NOW: u64 = 1_700_000_000;

/// With a time, where that is in the body.
const BODY: &str = r#"{"id":"evt_1","webhookTimestamp":1700000000000}"#;

fn scheme_of(preset: &Preset) -> Scheme {
    let settings = PresetSettings::new()
        .with_public_url("https://example.com/webhooks")
        .with_webhook_id("id");
    preset.scheme(&settings).unwrap()
}

/// Two secrets, in the form that the sender gives them.
fn secrets_of(preset: &Preset, scheme: &Scheme) -> Option<[String; 2]> {
    let forms = [
        |fill: char| format!("whsec_{}", fill.to_string().repeat(32)),
        |fill: char| fill.to_string().repeat(64),
        |fill: char| format!("user:{}", fill.to_string().repeat(32)),
        |fill: char| format!("key={}", fill.to_string().repeat(32)),
    ];
    let is_secret = matches!(preset.key_kind(), KeyKind::Secret | KeyKind::Token);
    if preset.key_kind() == KeyKind::SecretWithKeyId {
        return Some(['A', 'B'].map(forms[3]));
    }
    let mut forms = forms.iter().filter(|_| is_secret);
    let form = forms.find(|form| Signer::for_scheme(scheme.clone(), form('A')).is_ok())?;
    Some(['A', 'B'].map(form))
}

fn is_accepted(scheme: &Scheme, secrets: &[&str], request: &Request<Bytes>) -> bool {
    let receiver = Receiver::builder(secrets)
        .scheme(scheme.clone())
        .danger_accept_replays()
        .clock(|| Duration::from_secs(NOW))
        .build()
        .unwrap();
    let (head, body) = request.clone().into_parts();
    let checked = receiver.check_head(&head);
    checked.and_then(|head| head.check_signature(body)).is_ok()
}

#[test]
fn what_is_signed_with_a_secret_is_accepted_by_it_and_by_no_other() {
    let mut signed = 0;
    for preset in presets() {
        let slug = preset.slug();
        let scheme = scheme_of(preset);
        let Some([secret, other]) = secrets_of(preset, &scheme) else {
            assert!(
                matches!(preset.key_kind(), KeyKind::PublicKey | KeyKind::Certificate),
                "{slug}"
            );
            continue;
        };
        let signer = Signer::for_scheme(scheme.clone(), &*secret).unwrap();
        let mut request = Request::post("/webhooks")
            .header("content-type", "application/json")
            .body(Bytes::from_static(BODY.as_bytes()))
            .unwrap();
        let at = Timestamp::from_unix_seconds(NOW);
        signer.sign(&mut request, "msg_1", at).unwrap();
        assert!(is_accepted(&scheme, &[&secret], &request), "{slug}");
        assert!(is_accepted(&scheme, &[&other, &secret], &request), "{slug}");
        // Given twice, it is as good as once.
        assert!(
            is_accepted(&scheme, &[&secret, &secret], &request),
            "{slug}"
        );
        assert!(!is_accepted(&scheme, &[&other], &request), "{slug}");
        signed += 1;
    }
    assert!(signed > 40, "{signed} presets have a secret");
}

#[test]
fn a_scheme_is_named_as_its_preset_and_names_its_headers() {
    for preset in presets() {
        let scheme = scheme_of(preset);
        // Several senders use this one.
        if scheme.name() != "standard-webhooks" {
            assert_eq!(scheme.name(), preset.slug());
        }
        // These have it in the body.
        let in_body = ["adyen", "aws-sns", "figma", "mailgun"].contains(&preset.slug());
        assert_eq!(scheme.headers().is_empty(), in_body, "{}", preset.slug());
    }
}

#[test]
fn an_empty_secret_is_a_configuration_error_of_every_preset() {
    for preset in presets() {
        let built = Receiver::builder("").scheme(scheme_of(preset)).build();
        let kind = built.unwrap_err().kind();
        let expected = match preset.key_kind() {
            KeyKind::PublicKey => ConfigErrorKind::InvalidPublicKey,
            KeyKind::Certificate => ConfigErrorKind::InvalidCertificate,
            _ => ConfigErrorKind::EmptySigningSecret,
        };
        assert_eq!(kind, expected, "{}", preset.slug());
    }
}

#[test]
fn the_time_that_a_sender_documents_is_its_presets_tolerance() {
    for (slug, seconds) in [
        ("plaid", Some(300)),
        ("contentful", Some(30)),
        ("gitlab", None),
        ("figma", None),
    ] {
        let preset = Preset::find(slug).unwrap();
        let tolerance = seconds.map(Duration::from_secs);
        assert_eq!(scheme_of(preset).tolerance(), tolerance, "{slug}");
        assert_eq!(preset.tolerance(), tolerance, "{slug}");
    }
}
