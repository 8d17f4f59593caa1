//! What a mistake in the configuration is called, and whose it is.

use std::time::Duration;

use tower_webhook::{
    ConfigError, Idempotency, Receiver, SourceIp,
    decrypt::{Aes256Cbc, Aes256Gcm},
    error::ConfigErrorKind,
    idempotency::{MemoryStore, RedisStore},
    receiver::{ForwardedHeader, ReceiverBuilder, RotatingSecrets, Secrets},
    scheme::{Ed25519PublicKey, SigningSecret},
};

use crate::support::{BODY, SECRET, answer, genuine_set};

fn built(configure: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder) -> ConfigError {
    configure(Receiver::builder([SECRET])).build().unwrap_err()
}

fn with_secrets(secrets: &[&str]) -> ConfigError {
    Receiver::builder(secrets).build().unwrap_err()
}

fn store() -> MemoryStore {
    MemoryStore::new(1).unwrap()
}

fn source_ip(source_ip: SourceIp) -> ConfigError {
    built(|builder| builder.source_ip(source_ip))
}

/// A mistake, its kind and its text.
type Row = (ConfigError, ConfigErrorKind, &'static str);

fn assert_texts(table: &[Row]) {
    for (error, kind, text) in table {
        assert_eq!(error.kind(), *kind, "{text}");
        assert_eq!(error.to_string(), *text);
    }
}

#[test]
fn a_mistake_in_a_secret_names_its_position() {
    let short = "whsec_c2hvcnQ=";
    assert_texts(&[
        (
            with_secrets(&[]),
            ConfigErrorKind::NoSigningSecret,
            "no signing secret is given",
        ),
        (
            with_secrets(&[SECRET, SECRET, ""]),
            ConfigErrorKind::EmptySigningSecret,
            "secret 3 of 3 is empty",
        ),
        (
            SigningSecret::parse("whsec_").unwrap_err(),
            ConfigErrorKind::EmptySigningSecret,
            "the signing secret is empty",
        ),
        (
            with_secrets(&[SECRET, short]),
            ConfigErrorKind::SigningSecretTooShort,
            "secret 2 of 2 is shorter than 16 bytes (the specification asks for 24 to 64)",
        ),
        (
            SigningSecret::from_bytes(b"short").unwrap_err(),
            ConfigErrorKind::SigningSecretTooShort,
            "the signing secret is shorter than 16 bytes (the specification asks for 24 to 64)",
        ),
        (
            with_secrets(&["whsec_?", SECRET]),
            ConfigErrorKind::SigningSecretNotBase64,
            "secret 1 of 2 is not base64 (expected `whsec_` and base64, or base64 alone)",
        ),
        (
            with_secrets(&["whsk_AAAA"]),
            ConfigErrorKind::PrivateKeyGiven,
            "secret 1 of 1 is a private key (`whsk_…`), which belongs to the sender alone (expected `whsec_…`)",
        ),
        (
            SigningSecret::parse("whpk_AAAA").unwrap_err(),
            ConfigErrorKind::PublicKeyUnsupported,
            "the signing secret is a public key (`whpk_…`), which needs the feature `ed25519` and cannot sign",
        ),
        (
            with_secrets(&[SECRET, "whpk_AAAA"]),
            ConfigErrorKind::InvalidPublicKey,
            "secret 2 of 2 is not a public key (expected `whpk_` and base64 of 32 bytes, PEM, a JWK, or base64 of an SPKI)",
        ),
        (
            Ed25519PublicKey::parse("whpk_AAAA").unwrap_err(),
            ConfigErrorKind::InvalidPublicKey,
            "the key is not a public key (expected `whpk_` and base64 of 32 bytes, PEM, a JWK, or base64 of an SPKI)",
        ),
    ]);
}

#[test]
fn a_mistake_in_a_header_or_an_address_names_its_text() {
    let none: [&str; 0] = [];
    assert_texts(&[
        (
            built(|builder| builder.header_token("x token", ["value"])),
            ConfigErrorKind::InvalidHeaderName,
            "invalid header name `x token`",
        ),
        (
            "x-real-ip\n".parse::<ForwardedHeader>().unwrap_err(),
            ConfigErrorKind::InvalidHeaderName,
            r"invalid header name `x-real-ip\n`",
        ),
        (
            built(|builder| builder.header_token("x-token", none)),
            ConfigErrorKind::NoHeaderToken,
            "no value is given for the header token `x-token`",
        ),
        (
            built(|builder| builder.header_token("x-token", ["value", " "])),
            ConfigErrorKind::EmptyHeaderToken,
            "header token 2 of 2 is empty",
        ),
        (
            source_ip(SourceIp::allow(["203.0.113.7", " 10.0.0.0/33"])),
            ConfigErrorKind::InvalidNetwork,
            "invalid IP address or network `10.0.0.0/33` (expected e.g. `203.0.113.7` or `10.0.0.0/8`)",
        ),
        (
            source_ip(SourceIp::allow(["203.0.113.7"]).trusted_proxies(["local\u{1b}host"])),
            ConfigErrorKind::InvalidNetwork,
            r"invalid IP address or network `local\u{1b}host` (expected e.g. `203.0.113.7` or `10.0.0.0/8`)",
        ),
        (
            source_ip(SourceIp::allow(["203.0.113.7"]).trusted_proxies(["0.0.0.0/0"])),
            ConfigErrorKind::TrustedProxiesTooWide,
            "trusted proxies must not cover the whole address space, or half of it (widest: `0.0.0.0/0`)",
        ),
        (
            source_ip(
                SourceIp::allow("203.0.113.7")
                    .trusted_proxies("10.0.0.0/8")
                    .trusted_hops(1),
            ),
            ConfigErrorKind::TrustedHopsBesideProxies,
            "trusted proxies are given both by their addresses and by their number",
        ),
        (
            source_ip(SourceIp::allow(none)),
            ConfigErrorKind::EmptyAllowlist,
            "the allowlist of source addresses is empty",
        ),
    ]);
}

#[test]
fn a_setting_that_would_turn_a_guard_off_says_so() {
    let source = RotatingSecrets::new(Secrets::builder([SECRET]).build().unwrap());
    assert_texts(&[
        (
            built(|builder| builder.tolerance(Duration::from_millis(86_400_001))),
            ConfigErrorKind::ToleranceTooLong,
            "a tolerance of 86400.001s is too long for protection against replays (at most a day)",
        ),
        (
            Aes256Cbc::new([0; 31]).unwrap_err(),
            ConfigErrorKind::InvalidDecryptionKey,
            "a decryption key must be 32 bytes long, not 31 bytes",
        ),
        (
            Aes256Gcm::new("").unwrap_err(),
            ConfigErrorKind::InvalidDecryptionKey,
            "a decryption key must be 32 bytes long, not 0 bytes",
        ),
        (
            built(ReceiverBuilder::require_encryption),
            ConfigErrorKind::NoDecryptionKey,
            "encryption is required, but no decryption key is given",
        ),
        (
            Receiver::builder_with_source(source)
                .header_token("x-token", ["value"])
                .build()
                .unwrap_err(),
            ConfigErrorKind::SecretsBesideSource,
            "header tokens and decryption keys must come from the source of secrets, not from beside it",
        ),
        (
            Idempotency::new("", store()).validate().unwrap_err(),
            ConfigErrorKind::EmptyScope,
            "the idempotency scope is empty",
        ),
        (
            Idempotency::new("engage", store())
                .lease(Duration::ZERO)
                .validate()
                .unwrap_err(),
            ConfigErrorKind::ZeroLease,
            "the idempotency lease is shorter than 1 millisecond",
        ),
        (
            Idempotency::new("engage", store())
                .retention(Duration::from_micros(999))
                .validate()
                .unwrap_err(),
            ConfigErrorKind::ZeroRetention,
            "the idempotency retention is shorter than 1 millisecond",
        ),
        (
            MemoryStore::new(0).unwrap_err(),
            ConfigErrorKind::ZeroCapacity,
            "the capacity of the store is 0",
        ),
    ]);
}

#[tokio::test]
async fn an_invalid_redis_url_is_not_shown_since_it_may_have_a_password() {
    let error = RedisStore::builder("http://:open-sesame@localhost")
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::InvalidRedisUrl);
    assert_eq!(
        error.to_string(),
        "invalid Redis URL (expected e.g. `redis://localhost:6379/0`)"
    );
    assert_eq!(error.culprit(), None);
    assert!(!format!("{error:?}").contains("sesame"));
}

#[test]
fn a_tolerance_is_a_day_at_most_in_either_direction() {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let beyond = DAY + Duration::from_nanos(1);
    for set in [
        ReceiverBuilder::tolerance,
        ReceiverBuilder::past_tolerance,
        ReceiverBuilder::future_tolerance,
    ] {
        let longest = set(Receiver::builder([SECRET]), DAY).build();
        assert_eq!(longest.err(), None);
        for tolerance in [beyond, Duration::MAX] {
            let error = built(|builder| set(builder, tolerance));
            assert_eq!(error.kind(), ConfigErrorKind::ToleranceTooLong);
        }
    }
}

#[test]
fn any_timestamp_is_accepted_only_under_a_name_that_warns() {
    let receiver = Receiver::builder([SECRET])
        .danger_accept_any_timestamp()
        .tolerance(Duration::ZERO)
        .clock(|| Duration::MAX)
        .build()
        .unwrap();
    assert_eq!(answer(&receiver, &genuine_set("svix"), BODY), Ok(()));
}

#[test]
fn the_culprit_is_the_text_of_what_is_not_secret() {
    let error = source_ip(SourceIp::allow(["203.0.113.7"]).also_allow(["svix-eu"]));
    assert_eq!(error.culprit(), Some("svix-eu"));
    let error = source_ip(SourceIp::allow([""]));
    assert_eq!(error.culprit(), Some(""));
}

#[test]
fn no_secret_is_shown_in_a_mistake_about_it() {
    let secrets = [
        "whsec_open?sesame",
        "whsk_opensesame",
        "whpk_opensesame",
        "v1,whsec_b3BlbnNlc2FtZQ==",
        "opensesame",
    ];
    for secret in secrets {
        let error = with_secrets(&[SECRET, secret]);
        assert_eq!(error.culprit(), Some("secret 2 of 2"), "{secret}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("sesame"), "{shown}");
        assert!(!shown.contains("b3Blb"), "{shown}");
    }
    let error = built(|builder| builder.header_token("x token", ["open sesame"]));
    assert!(!format!("{error} {error:?}").contains("sesame"));
    let error = Aes256Cbc::new("open sesame").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("sesame"));
}
