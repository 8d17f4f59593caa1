//! Verdicts without causes, how far a clock may be off, and what a receiver knows of itself.

use std::{sync::Arc, time::Duration};

use tower_webhook::{
    Receiver, Timestamp, provider,
    receiver::{
        RequestHead, Secrets,
        explain::{Check, Explanation, Outcome, Verdict},
    },
    scheme::standard_webhooks,
};

use super::{BODY, NOW, SECRET, causes, explainer, head_of, schemes};

const RETIRED: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn seconds(seconds: u64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds)
}

/// The checks, with all that is known of them.
fn facts(explanation: &Explanation) -> Vec<(&'static str, Outcome, Option<&str>)> {
    let checks = explanation.checks().iter();
    checks
        .map(|check: &Check| (check.name(), check.outcome(), check.detail()))
        .collect()
}

#[test]
fn the_tolerance_that_is_set_holds_both_ways_and_to_the_second() {
    for (scheme, secret) in schemes() {
        if !scheme.has_replay_protection() {
            continue;
        }
        let head = head_of(&scheme, secret, BODY.as_bytes());
        // One below and one above the default of 5 minutes.
        for tolerance in [10, 3600] {
            let explainer = explainer(&scheme, secret).tolerance(Duration::from_secs(tolerance));
            for (at, expected) in [
                (NOW + tolerance, &[][..]),
                (NOW - tolerance, &[]),
                (NOW + tolerance + 1, &["clock"]),
                (NOW - tolerance - 1, &["clock"]),
            ] {
                let explanation = explainer.clone().at(seconds(at)).explain(&head, BODY);
                assert_eq!(causes(&explanation), expected, "{tolerance}, {at}");
            }
        }
    }
}

#[test]
fn a_judgement_has_the_verdict_and_the_checks_and_looks_for_no_cause() {
    let scheme = standard_webhooks();
    let head = head_of(&scheme, SECRET, BODY.as_bytes());
    let explainer = explainer(&scheme, SECRET);

    let genuine = explainer.judge(&head, BODY);
    assert_eq!(genuine.verdict(), Verdict::Verified);
    let passed = [
        ("signature", Outcome::Passed, None),
        ("timestamp", Outcome::Passed, None),
    ];
    assert_eq!(facts(&genuine), passed);

    // Explained, it has a cause.
    let longer = format!("{BODY}\n");
    assert_eq!(
        causes(&explainer.explain(&head, &longer)),
        ["body_line_end"]
    );
    let changed = explainer.judge(&head, &longer);
    assert_eq!(changed.verdict(), Verdict::Rejected);
    assert_eq!(changed.causes(), []);
    let failed = [("signature", Outcome::Failed, Some("no signature matches"))];
    assert_eq!(facts(&changed), failed);

    let late = explainer.at(seconds(NOW + 301)).judge(&head, BODY);
    assert_eq!(late.verdict(), Verdict::Rejected);
    assert_eq!(late.causes(), []);
    let proof = "The signature matches, and the sender's timestamp is 301 seconds behind this machine's clock.";
    let too_old = [
        ("signature", Outcome::Passed, None),
        ("timestamp", Outcome::Failed, Some(proof)),
    ];
    assert_eq!(facts(&late), too_old);
}

#[test]
fn a_check_that_does_not_apply_says_why() {
    let github = provider::github();
    let head = head_of(&github, "a secret", BODY.as_bytes());
    let explanation = explainer(&github, "a secret").explain(&head, BODY);
    assert_eq!(explanation.verdict(), Verdict::Verified);
    let skipped = "the sender signs no time";
    let checks = [
        ("signature", Outcome::Passed, None),
        ("timestamp", Outcome::Skipped, Some(skipped)),
    ];
    assert_eq!(facts(&explanation), checks);
}

#[test]
fn a_receiver_names_the_secret_that_it_retired_itself() {
    let scheme = standard_webhooks();
    let head = head_of(&scheme, RETIRED, BODY.as_bytes());
    let explained = |retired: &[&str]| {
        let mut secrets = Secrets::builder(SECRET);
        if !retired.is_empty() {
            secrets = secrets.retired(retired);
        }
        let secrets = Arc::new(secrets.build().unwrap());
        let source = move |_: &RequestHead<'_>| Some(Arc::clone(&secrets));
        let receiver = Receiver::builder_with_source(source)
            .clock(|| Duration::from_secs(NOW))
            .build()
            .unwrap();
        receiver.explain(&head, BODY)
    };
    assert_eq!(causes(&explained(&[])), ["forged"]);
    let explanation = explained(&[RETIRED]);
    assert_eq!(causes(&explanation), ["retired_secret"]);
    assert_eq!(explanation.verdict(), Verdict::Rejected, "for what arrives");
    let shown = format!("{explanation} {explanation:?}");
    let (_, key) = RETIRED.split_once('_').unwrap();
    assert!(!shown.contains(key), "{shown}");
}
