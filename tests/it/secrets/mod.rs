//! Secrets that change while a service runs, and secrets of many tenants.

mod look_up;

use std::{collections::HashMap, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue};
use tower_webhook::{
    Receiver, RejectionKind, Timestamp,
    error::ConfigErrorKind,
    receiver::{RequestHead, RotatingSecrets, Secrets},
    testing::Signer,
};

use crate::support::{BODY, ID, NOW};

const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn secrets<const N: usize>(keys: [&str; N]) -> Secrets {
    Secrets::builder(keys).build().unwrap()
}

fn signed_with(secret: &str) -> HeaderMap {
    let at = Timestamp::from_unix_seconds(NOW);
    let request = Signer::new(secret).unwrap().request(ID, at, BODY);
    request.headers().clone()
}

fn answer(receiver: &Receiver, secret: &str) -> Result<(), RejectionKind> {
    let headers = signed_with(secret);
    let verified = receiver
        .check_head(&headers)
        .and_then(|head| head.check_signature(BODY));
    verified.map(drop).map_err(|rejection| rejection.kind())
}

fn now() -> Duration {
    Duration::from_secs(NOW)
}

const MISMATCH: Result<(), RejectionKind> = Err(RejectionKind::SignatureMismatch);

#[test]
fn a_rotation_takes_effect_without_a_restart_and_loses_nothing_on_the_way() {
    let handle = RotatingSecrets::new(secrets([OLD]));
    let receiver = Receiver::builder_with_source(handle.clone())
        .clock(now)
        .build()
        .unwrap();
    assert_eq!(answer(&receiver, OLD), Ok(()));
    assert_eq!(answer(&receiver, NEW), MISMATCH);

    handle.replace(secrets([NEW, OLD]));
    assert_eq!(answer(&receiver, OLD), Ok(()));
    assert_eq!(answer(&receiver, NEW), Ok(()));

    handle.replace(secrets([NEW]));
    assert_eq!(answer(&receiver, OLD), MISMATCH);
    assert_eq!(answer(&receiver, NEW), Ok(()));
}

#[test]
fn a_request_is_judged_by_the_secrets_in_force_when_its_head_arrived() {
    let handle = RotatingSecrets::new(secrets([OLD]));
    let receiver = Receiver::builder_with_source(handle.clone())
        .clock(now)
        .build()
        .unwrap();
    let headers = signed_with(OLD);
    let head = receiver.check_head(&headers).unwrap();
    handle.replace(secrets([NEW]));
    drop(head.check_signature(BODY).unwrap());
}

#[test]
fn tokens_and_keys_are_replaced_together() {
    let with_token = |token| {
        let builder = Secrets::builder([OLD]).header_token("x-token", [token]);
        builder.build().unwrap()
    };
    let handle = RotatingSecrets::new(with_token("one"));
    let receiver = Receiver::builder_with_source(handle.clone())
        .clock(now)
        .build()
        .unwrap();
    let mut headers = signed_with(OLD);
    headers.insert("x-token", "two".parse().unwrap());
    let refused = receiver.check_head(&headers).unwrap_err();
    assert_eq!(refused.kind(), RejectionKind::HeaderTokenMismatch);
    handle.replace(with_token("two"));
    drop(receiver.check_head(&headers).unwrap());
}

#[test]
fn each_tenant_has_its_own_secrets_and_nobody_elses() {
    let tenants = HashMap::from([
        ("/one", Arc::new(secrets([OLD]))),
        ("/two", Arc::new(secrets([NEW]))),
    ]);
    let by_path = move |head: &RequestHead<'_>| tenants.get(head.uri()?.path()).cloned();
    let receiver = Receiver::builder_with_source(by_path)
        .clock(now)
        .build()
        .unwrap();
    let kind = |path: &str, secret| {
        let at = Timestamp::from_unix_seconds(NOW);
        let signer = Signer::new(secret).unwrap().uri(path.parse().unwrap());
        let (parts, _body) = signer.request(ID, at, BODY).into_parts();
        let verified = receiver
            .check_head(&parts)
            .and_then(|head| head.check_signature(BODY));
        verified.map(drop).map_err(|rejection| rejection.kind())
    };
    assert_eq!(kind("/one", OLD), Ok(()));
    assert_eq!(kind("/two", NEW), Ok(()));
    assert_eq!(kind("/one", NEW), MISMATCH);
    assert_eq!(kind("/two", OLD), MISMATCH);
    assert_eq!(kind("/three", OLD), Err(RejectionKind::UnknownTenant));
}

#[test]
fn secrets_beside_a_source_are_a_configuration_error() {
    let source = RotatingSecrets::new(secrets([OLD]));
    let built = Receiver::builder_with_source(source)
        .header_token("x-token", ["one"])
        .build();
    assert_eq!(
        built.unwrap_err().kind(),
        ConfigErrorKind::SecretsBesideSource
    );
}

#[test]
fn debug_of_a_head_shows_no_header() {
    let (tell, told) = std::sync::mpsc::channel();
    let source = move |head: &RequestHead<'_>| {
        tell.send(format!("{head:?}")).unwrap();
        let secrets = Secrets::builder([OLD]).header_token("x-token", ["open sesame"]);
        Some(Arc::new(secrets.build().unwrap()))
    };
    let receiver = Receiver::builder_with_source(source)
        .clock(now)
        .build()
        .unwrap();
    let mut headers = signed_with(OLD);
    headers.insert("x-token", HeaderValue::from_static("open sesame"));
    let signature = headers["svix-signature"].to_str().unwrap().to_owned();
    let checked = receiver.check_head(&headers).unwrap();
    for shown in [told.recv().unwrap(), format!("{checked:?}")] {
        assert!(!shown.contains("sesame"), "{shown}");
        assert!(!shown.contains(&signature[3..]), "{shown}");
    }
    assert!(format!("{checked:?}").contains(ID));
}

#[test]
fn debug_shows_no_secret() {
    let handle = RotatingSecrets::new(secrets([OLD]));
    let shown = format!(
        "{handle:?} {:?} {:?}",
        secrets([OLD]),
        Secrets::builder([OLD])
    );
    assert!(!shown.contains("MfKQ"), "{shown}");
    // The bytes of the secret as `Debug` of a slice would show them.
    assert!(!shown.contains("49, 242, 144"), "{shown}");
}
