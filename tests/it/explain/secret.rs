use tower_webhook::{provider, receiver::explain::Verdict, scheme::standard_webhooks};

use super::{BODY, SECRET, assert_tells_no_signature, causes, explainer, head_of, schemes};

#[test]
fn the_secret_of_another_endpoint_is_named() {
    for (scheme, secret) in schemes() {
        let other = secret
            .replace('M', "N")
            .replace("Secret", "other")
            .replace("stripe", "others");
        let head = head_of(&scheme, &other, BODY.as_bytes());
        let explainer = explainer(&scheme, secret);
        assert_eq!(
            causes(&explainer.clone().other_secret(&other).explain(&head, BODY)),
            ["other_secret"]
        );
        assert_eq!(
            causes(
                &explainer
                    .clone()
                    .retired_secret(&other)
                    .explain(&head, BODY)
            ),
            ["retired_secret"]
        );
        assert_eq!(causes(&explainer.explain(&head, BODY)), ["forged"]);
    }
}

#[test]
fn white_space_and_quotes_around_a_text_secret_are_named() {
    for scheme in [provider::github(), provider::stripe()] {
        let head = head_of(&scheme, "s3cret-of-mine", BODY.as_bytes());
        for (configured, expected) in [
            ("s3cret-of-mine\n", "secret_whitespace"),
            (" s3cret-of-mine", "secret_whitespace"),
            ("\"s3cret-of-mine\"", "secret_quotes"),
            ("'s3cret-of-mine'", "secret_quotes"),
        ] {
            let explanation = explainer(&scheme, configured).explain(&head, BODY);
            assert_eq!(causes(&explanation), [expected], "{configured:?}");
        }
    }
}

#[test]
fn standard_webhooks_accepts_white_space_and_the_version_and_is_verified() {
    let scheme = standard_webhooks();
    let head = head_of(&scheme, SECRET, BODY.as_bytes());
    for configured in [
        format!("{SECRET}\n"),
        format!("v1,{SECRET}"),
        format!(" {SECRET} "),
    ] {
        let explanation = explainer(&scheme, &configured).explain(&head, BODY);
        assert_eq!(explanation.verdict(), Verdict::Verified, "{configured:?}");
    }
}

#[test]
fn a_prefix_that_is_missing_or_too_much_is_named() {
    // Stripe's prefix is a part of the key.
    let stripe = provider::stripe();
    let head = head_of(&stripe, "0123456789abcdefXYZ", BODY.as_bytes());
    let explanation = explainer(&stripe, "whsec_0123456789abcdefXYZ").explain(&head, BODY);
    assert_eq!(causes(&explanation), ["secret_prefix"]);
    let head = head_of(&stripe, "whsec_0123456789abcdefXYZ", BODY.as_bytes());
    let explanation = explainer(&stripe, "0123456789abcdefXYZ").explain(&head, BODY);
    assert_eq!(causes(&explanation), ["secret_prefix"]);
    // A sender that takes the whole text for the key.
    let head = head_of(&provider::polar(), SECRET, BODY.as_bytes());
    let explanation = explainer(&standard_webhooks(), SECRET).explain(&head, BODY);
    assert_eq!(causes(&explanation), ["secret_prefix"]);
}

#[test]
fn a_key_in_another_encoding_is_named() {
    let github = provider::github();
    let head = head_of(&github, "key", BODY.as_bytes());
    for configured in ["6b6579", "a2V5", "YTJWNQ=="] {
        let explanation = explainer(&github, configured).explain(&head, BODY);
        assert_eq!(causes(&explanation), ["secret_encoding"], "{configured}");
    }
    let head = head_of(&github, "a2V5", BODY.as_bytes());
    assert_eq!(
        causes(&explainer(&github, "key").explain(&head, BODY)),
        ["secret_encoding"]
    );
    // Bare base64 that the sender uses as text.
    let bare = &SECRET["whsec_".len()..];
    let head = head_of(&provider::polar(), bare, BODY.as_bytes());
    assert_eq!(
        causes(&explainer(&standard_webhooks(), bare).explain(&head, BODY)),
        ["secret_encoding"]
    );
}

#[test]
fn two_faults_at_once_name_both() {
    for scheme in [provider::github(), provider::stripe()] {
        let head = head_of(&scheme, "s3cret-of-mine", BODY.as_bytes());
        let explanation =
            explainer(&scheme, "s3cret-of-mine\n").explain(&head, format!("{BODY}\n"));
        assert_eq!(causes(&explanation), ["secret_whitespace", "body_line_end"]);
    }
}

#[test]
fn neither_a_secret_nor_a_right_signature_is_shown() {
    for (scheme, secret) in schemes() {
        let head = head_of(&scheme, secret, BODY.as_bytes());
        let mut forged = head.clone();
        for value in forged.headers.values_mut() {
            if value.len() > 40 {
                *value = value
                    .to_str()
                    .unwrap()
                    .replace(['a', 'B'], "c")
                    .parse()
                    .unwrap();
            }
        }
        let explainer =
            explainer(&scheme, secret).retired_secret("whsec_cmV0aXJlZCByZXRpcmVkIHJldGlyZWQ=");
        let shown = format!("{:?} {}", explainer, explainer.explain(&forged, BODY));
        for start in 0..secret.len().saturating_sub(12) {
            assert!(!shown.contains(&secret[start..start + 12]), "{shown}");
        }
        assert_tells_no_signature(&shown, &scheme, secret, BODY.as_bytes(), &forged);
    }
}

#[test]
fn a_secret_that_is_none_of_the_scheme_is_named_by_its_place_and_what_is_wrong() {
    let head = head_of(&standard_webhooks(), SECRET, BODY.as_bytes());
    let explainer = explainer(
        &standard_webhooks(),
        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    );
    let detail = |explainer: &tower_webhook::receiver::explain::Explainer| {
        let explanation = explainer.explain(&head, BODY);
        assert_eq!(explanation.verdict(), Verdict::Rejected);
        let checks = explanation.checks().iter();
        let mut details = checks.filter_map(|check| check.detail().map(str::to_owned));
        details.next().unwrap()
    };
    assert_eq!(detail(&explainer), "no signature matches");
    let mangled = explainer.secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa%w");
    assert_eq!(
        detail(&mangled),
        "no signature matches; secret 2 of 2 is not base64 (expected `whsec_` and base64, or base64 alone)"
    );
}
