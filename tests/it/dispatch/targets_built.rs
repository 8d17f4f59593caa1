//! What a target is built from.

use tower_webhook::{dispatch::Forward, error::ConfigErrorKind};

use super::forward::TARGET_SECRET;

#[test]
fn mistakes_are_found_when_it_is_built() {
    let target = |url: &str| Forward::builder(url, TARGET_SECRET).build();
    for url in [
        "",
        "crm.internal/hooks",
        "/hooks",
        "ftp://crm.internal/",
        "http://",
        "http:///x",
        "http://:80/",
        "http://a b/",
    ] {
        let error = target(url).unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::InvalidTargetUrl, "{url}");
        assert_eq!(error.culprit(), Some(url));
    }
    let error = target("https://user:password@crm.internal/").unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::InvalidTargetUrl);
    assert!(!error.to_string().contains("password"), "{error}");

    let error = Forward::builder("http://crm.internal/", "whsec_c2hvcnQ=")
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::SigningSecretTooShort);
    let error = Forward::builder("http://crm.internal/", TARGET_SECRET)
        .also_sign_with("whsec_c2hvcnQ=")
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::SigningSecretTooShort);

    for source in ["", "with space", "a\nb", "<engage>"] {
        let error = Forward::builder("http://crm.internal/", TARGET_SECRET)
            .cloud_events(source)
            .build()
            .unwrap_err();
        assert_eq!(
            error.kind(),
            ConfigErrorKind::InvalidEventSource,
            "{source}"
        );
    }
    target("http://[::1]:8080").unwrap();
}

#[test]
fn debug_shows_neither_the_path_nor_a_secret() {
    let builder = Forward::builder("http://crm.internal/token", TARGET_SECRET);
    let of_builder = format!("{builder:?}");
    let shown = format!("{of_builder} {:?}", builder.build().unwrap());
    assert!(shown.contains("crm.internal"), "{shown}");
    assert!(
        !shown.contains("token") && !shown.contains("whsec"),
        "{shown}"
    );
}
