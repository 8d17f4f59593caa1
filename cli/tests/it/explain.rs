use crate::support::{OTHER_SECRET, SECRET, run_with_input, signed_request};

const BODY: &str = r#"{"type":"contact.created","n":10.50}"#;

fn explain(args: &[&str], request: &str) -> crate::support::Output {
    run_with_input(&[&["explain", "--json"], args].concat(), request)
}

fn request() -> String {
    signed_request(&["--secret", SECRET], BODY)
}

#[test]
fn a_genuine_request_is_verified_with_every_check() {
    let explained = explain(&["--secret", SECRET], &request());
    assert_eq!(explained.code, 0);
    let json = explained.json();
    assert_eq!(json["verdict"], "verified");
    assert_eq!(json["causes"].as_array().unwrap().len(), 0);
    assert!(!json["checks"].as_array().unwrap().is_empty());
}

#[test]
fn each_cause_has_a_name_a_proof_and_a_cure() {
    let explained = explain(
        &["--secret", OTHER_SECRET, "--other-secret", SECRET],
        &request(),
    );
    assert_eq!(explained.code, 1);
    let cause = &explained.json()["causes"][0];
    assert_eq!(cause["cause"], "other_secret");
    for member in ["proof", "cure"] {
        assert!(cause[member].as_str().unwrap().len() > 10, "{cause}");
    }
}

#[test]
fn several_secrets_are_tried_and_retired_ones_are_named() {
    let both = explain(&["--secret", OTHER_SECRET, "--secret", SECRET], &request());
    assert_eq!(both.code, 0);
    let retired = explain(
        &["--secret", OTHER_SECRET, "--retired-secret", SECRET],
        &request(),
    );
    assert_eq!(retired.code, 1);
    assert_eq!(retired.causes(), ["retired_secret"]);
}

#[test]
fn what_happens_on_the_way_is_named() {
    let request = request();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let with_body = |body: &str| format!("{head}\r\n\r\n{body}");
    for (cause, request) in [
        (
            "body_reserialized",
            with_body("{\"type\": \"contact.created\", \"n\": 10.50}"),
        ),
        ("body_line_end", with_body(&format!("{body}\n"))),
        ("forged", with_body("{}")),
        (
            "header_missing",
            request.replace("webhook-signature", "x-other"),
        ),
    ] {
        let explained = explain(&["--secret", SECRET], &request);
        assert_eq!(explained.code, 1);
        assert_eq!(explained.causes()[0], cause, "{explained:?}");
    }
}

#[test]
fn a_stored_capture_is_judged_as_of_then() {
    let stored = signed_request(&["--secret", SECRET, "--at", "2026-01-02T03:04:05Z"], BODY);
    let now = explain(&["--secret", SECRET], &stored);
    assert_eq!(
        (now.code, now.causes()),
        (1, vec!["replayed_capture".to_owned()])
    );
    for at in ["2026-01-02T03:05:00Z", "1767323100"] {
        let then = explain(&["--secret", SECRET, "--at", at], &stored);
        assert_eq!(then.code, 0, "{then:?}");
    }
    let later = explain(
        &["--secret", SECRET, "--at", "2026-01-02T04:04:05Z"],
        &stored,
    );
    assert_eq!((later.code, later.causes()), (1, vec!["clock".to_owned()]));
    assert!(
        later.json()["causes"][0]["proof"]
            .as_str()
            .unwrap()
            .contains("3600")
    );
    let tolerant = explain(
        &[
            "--secret",
            SECRET,
            "--at",
            "2026-01-02T04:04:05Z",
            "--tolerance",
            "3600",
        ],
        &stored,
    );
    assert_eq!(tolerant.code, 0);
    assert_eq!(
        explain(&["--secret", SECRET, "--at", "yesterday"], &stored).code,
        2
    );
}

#[test]
fn the_text_names_the_option_that_helps() {
    let stored = signed_request(&["--secret", SECRET, "--at", "2026-01-02T03:04:05Z"], BODY);
    let args = ["explain", "-", "--secret", SECRET];
    let now = run_with_input(&args, &stored);
    assert!(now.stdout.contains("  try:   --at TIME"), "{now:?}");
    let args = ["explain", "-", "--secret", SECRET, "--provider", "github"];
    let other = run_with_input(&args, &stored);
    assert!(
        other.stdout.contains("  try:   --provider NAME"),
        "{other:?}"
    );
}

#[test]
fn any_secret_is_judged_as_given_and_is_never_a_configuration_error() {
    for secret in [
        "",
        " ",
        "whpk_bm90IGEga2V5",
        "whsk_x",
        "ünïcode",
        "\"quoted\"",
        "whsec_",
    ] {
        let explained = explain(&["--secret", secret], &request());
        assert_eq!(explained.code, 1, "{secret:?}: {explained:?}");
        assert!(!explained.causes().is_empty());
    }
    let request = signed_request(&["--provider", "github", "--secret", "hush"], BODY);
    let quoted = explain(&["--provider", "github", "--secret", "\"hush\""], &request);
    assert_eq!(quoted.causes(), ["secret_quotes"]);
}

#[test]
fn no_secret_at_all_is_exit_code_2() {
    let explained = explain(&[], &request());
    assert_eq!(explained.code, 2);
    assert!(explained.stderr.contains("--secret"));
}

#[test]
fn the_variable_of_a_receiver_is_a_list() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("request");
    std::fs::write(&file, request()).unwrap();
    let mut command = crate::support::command(&["verify", file.to_str().unwrap()]);
    command.env("SIGNING_SECRETS", format!("{OTHER_SECRET}, v1,{SECRET}"));
    assert_eq!(command.status().unwrap().code(), Some(0));
}

#[test]
fn the_text_has_the_verdict_the_checks_and_the_causes_and_no_secret() {
    let explained = run_with_input(
        &[
            "explain",
            "--secret",
            OTHER_SECRET,
            "--other-secret",
            SECRET,
        ],
        request(),
    );
    assert_eq!(explained.code, 1);
    for text in ["rejected", "signature", "other_secret", "proof:", "cure:"] {
        assert!(explained.stdout.contains(text), "{}", explained.stdout);
    }
    for secret in [SECRET, OTHER_SECRET] {
        assert!(!explained.stdout.contains(&secret[6..18]));
        assert!(!explained.stderr.contains(&secret[6..18]));
    }
}

#[test]
fn the_url_that_a_sender_signs_is_that_of_the_capture_which_is_said() {
    let args = ["--provider", "square", "--secret", "key"];
    let url = ["--public-url", "https://shop.example/webhooks"];
    let request = signed_request(&[&args[..], &url].concat(), "{}");
    let derived = explain(&args, &request);
    assert_eq!(derived.code, 0, "{derived:?}");
    assert!(derived.stderr.contains("https://shop.example/webhooks"));
    assert_eq!(explain(&[&args[..], &url].concat(), &request).stderr, "");
    let other = explain(
        &[&args[..], &["--public-url", "https://shop.example/other"]].concat(),
        &request,
    );
    assert_eq!(other.code, 1);
}

#[test]
fn verify_gives_the_verdict_without_the_causes() {
    let forged = request().replace("contact", "Contact");
    let verified = run_with_input(&["verify", "--secret", SECRET, "--json"], &forged);
    assert_eq!(verified.code, 1);
    assert_eq!(verified.json()["verdict"], "rejected");
    assert_eq!(verified.json()["failed"][0]["check"], "signature");
    let text = run_with_input(&["verify", "--secret", SECRET], &forged);
    assert!(text.stdout.starts_with("rejected\n"));
    assert_eq!(
        run_with_input(&["verify", "--secret", SECRET], "hello").code,
        2
    );
}
