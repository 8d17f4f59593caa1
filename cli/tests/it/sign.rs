use std::collections::HashSet;

use crate::support::{SECRET, run, run_with_input, signed_request};

/// The vector of the Standard Webhooks specification's libraries.
#[test]
fn a_signature_is_that_of_the_specification() {
    let signed = run_with_input(
        &[
            "sign",
            "--secret",
            SECRET,
            "--id",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "--at",
            "1614265330",
            "--json",
        ],
        r#"{"test": 2432232314}"#,
    );
    assert_eq!(signed.code, 0, "{signed:?}");
    let headers = &signed.json()["headers"];
    assert_eq!(headers["webhook-id"], "msg_p5jXN8AQM9LWM0D4loKWxJek");
    assert_eq!(headers["webhook-timestamp"], "1614265330");
    assert_eq!(
        headers["webhook-signature"],
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    );
}

#[test]
fn what_is_signed_is_verified_for_each_form_of_signature() {
    for (provider, secret) in [
        ("standard-webhooks", SECRET),
        ("svix", SECRET),
        ("github", "It's a Secret to Everybody"),
        ("stripe", "whsec_of_stripe"),
        ("shopify", "hush"),
        ("slack", "8f742231b10e8888abcd99yyyzzz85a5"),
        ("gitlab", "a token"),
        ("klarna", "key-1=5f4dcc3b5aa765d61d8327deb882cf99"),
    ] {
        let request = signed_request(
            &["--provider", provider, "--secret", secret],
            r#"{"id":"evt_1"}"#,
        );
        let args = ["verify", "--provider", provider, "--secret", secret];
        let verified = run_with_input(&args, &request);
        assert_eq!(verified.code, 0, "{provider}: {verified:?}");
        assert_eq!(verified.stdout, "verified\n");
        let changed = run_with_input(&args, request.replace("evt_1", "evt_2"));
        let is_signed = provider != "gitlab";
        assert_eq!(
            changed.code,
            i32::from(is_signed),
            "{provider}: {changed:?}"
        );
    }
}

#[test]
fn a_signature_within_the_body_comes_with_the_body() {
    let signed = run_with_input(
        &["sign", "--provider", "mailgun", "--secret", "key", "--json"],
        r#"{"event-data":{}}"#,
    );
    let body = signed.json()["body"].as_str().unwrap().to_owned();
    let request = format!("POST / HTTP/1.1\nhost: a\n\n{body}");
    let verified = run_with_input(
        &["verify", "--provider", "mailgun", "--secret", "key"],
        request,
    );
    assert_eq!(verified.stdout, "verified\n");
}

#[test]
fn a_scheme_that_signs_the_url_needs_it_to_sign() {
    let without = run_with_input(&["sign", "--provider", "square", "--secret", "key"], "{}");
    assert_eq!(without.code, 2);
    assert!(
        without.stderr.contains("--public-url"),
        "{}",
        without.stderr
    );
}

#[test]
fn a_secret_that_is_none_is_exit_code_2_and_is_not_shown() {
    let wrong = run_with_input(
        &["sign", "--secret", "whsec_not/base64*and*quite*long"],
        "{}",
    );
    assert_eq!(wrong.code, 2);
    assert!(!wrong.stderr.contains("quite"), "{}", wrong.stderr);
    let missing = run_with_input(&["sign"], "{}");
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("--secret"));
}

#[test]
fn new_secrets_differ_and_sign() {
    let secrets: HashSet<String> = (0..3)
        .map(|_| run(&["secret", "new"]).stdout.trim().to_owned())
        .collect();
    assert_eq!(secrets.len(), 3);
    for secret in &secrets {
        assert!(secret.starts_with("whsec_"));
        assert_eq!(run_with_input(&["sign", "--secret", secret], "{}").code, 0);
    }
    let json = run(&["secret", "new", "--bytes", "24", "--json"]).json();
    assert_eq!(json["secret"].as_str().unwrap().len(), "whsec_".len() + 32);
}
