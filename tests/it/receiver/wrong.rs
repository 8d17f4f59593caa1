//! Wrong values of the variables.

use super::right::KEY;

/// Variables with which it does not start, the one that is named, and what is said about it.
pub(super) type Wrong = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

#[rustfmt::skip]
pub(super) const ALL_WRONG: &[Wrong] = &[
    (&[("SIGNING_SECRETS", "")], "SIGNING_SECRETS", "is missing"),
    (&[("SIGNING_SECRETS", "whsk_private_private_private")], "SIGNING_SECRETS", "private key"),
    (&[("SIGNING_SECRETS", "whsec_c2hvcnQ=")], "SIGNING_SECRETS", "16 bytes"),
    (&[("SIGNING_SECRETS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,whsec_c2hvcnQ=")], "SIGNING_SECRETS", "16 bytes"),
    (&[("TOLERANCE_SECS", "5m")], "TOLERANCE_SECS", "is not a whole number of seconds"),
    (&[("TOLERANCE_SECS", "-1")], "TOLERANCE_SECS", "is not a whole number of seconds"),
    (&[("MAX_BODY_BYTES", "1MiB")], "MAX_BODY_BYTES", "is not a whole number of bytes"),
    (&[("MAX_BODY_BYTES", "0")], "MAX_BODY_BYTES", "is not a whole number of bytes"),
    (&[("TOLERANCE_SECS", "864000")], "TOLERANCE_SECS", "day"),
    (&[("MAX_BYTES_IN_FLIGHT", "64M")], "MAX_BYTES_IN_FLIGHT", "is not a whole number of bytes"),
    (&[("MAX_BYTES_IN_FLIGHT", "1048575")], "MAX_BYTES_IN_FLIGHT", "is less than MAX_BODY_BYTES"),
    (&[("TOKEN_HEADER", "x token"), ("TOKENS", "hush")], "TOKEN_HEADER", "header"),
    (&[("TOKENS", "hush")], "TOKEN_HEADER", "is missing beside TOKENS"),
    (&[("TOKEN_HEADER", "x-token")], "TOKENS", "is missing beside TOKEN_HEADER"),
    (&[("TOKEN_HEADER", "x-token"), ("TOKENS", "hush,,")], "TOKENS", "empty"),
    (&[("ALLOWED_SOURCES", "svix-mars")], "ALLOWED_SOURCES", "`svix-mars`"),
    (&[("ALLOWED_SOURCES", "127.0.0.1,300.1.1.1"), ("TRUSTED_PROXIES", "10.0.0.0/8")], "ALLOWED_SOURCES", "`300.1.1.1`"),
    (&[("ALLOWED_SOURCES", "127.0.0.1"), ("TRUSTED_PROXIES", "10.0.0.0/33")], "TRUSTED_PROXIES", "`10.0.0.0/33`"),
    (&[("ALLOWED_SOURCES", "127.0.0.1"), ("TRUSTED_PROXIES", "0.0.0.0/0")], "TRUSTED_PROXIES", "prox"),
    (&[("TRUSTED_PROXIES", "10.0.0.0/8")], "ALLOWED_SOURCES", "is missing beside TRUSTED_PROXIES"),
    (&[("ALLOWED_SOURCES", "127.0.0.1"), ("FORWARDED_HEADER", "forwarded")], "TRUSTED_PROXIES", "is missing beside FORWARDED_HEADER"),
    (&[("ALLOWED_SOURCES", "127.0.0.1"), ("TRUSTED_PROXIES", "10.0.0.1"), ("FORWARDED_HEADER", "a b")], "FORWARDED_HEADER", "header"),
    (&[("ALLOWED_SOURCES", "127.0.0.1"), ("TRUSTED_HOPS", "0")], "TRUSTED_HOPS", "is not a whole number from 1 to 255"),
    (&[("ALLOWED_SOURCES", "127.0.0.1"), ("TRUSTED_HOPS", "1"), ("TRUSTED_PROXIES", "10.0.0.1")], "TRUSTED_HOPS", "trusted"),
    (&[("TRUSTED_HOPS", "1")], "ALLOWED_SOURCES", "is missing beside TRUSTED_HOPS"),
    (&[("DECRYPTION_KEY", "hush hush")], "DECRYPTION_KEY", "32"),
    (&[("CIPHER", "aes-256-cbc")], "DECRYPTION_KEY", "is missing beside CIPHER"),
    (&[("DECRYPTION_KEY", KEY), ("CIPHER", "rot13")], "CIPHER", "aes-256-gcm"),
    (&[("REQUIRE_ENCRYPTION", "yes")], "REQUIRE_ENCRYPTION", "is neither `true` nor `false`"),
    (&[("REQUIRE_ENCRYPTION", "true")], "REQUIRE_ENCRYPTION", "key"),
    (&[("IDEMPOTENCY", "disk")], "IDEMPOTENCY", "is neither `off`, `memory` nor `redis`"),
    (&[("IDEMPOTENCY", "redis"), ("REDIS_URL", "redis://127.0.0.1")], "IDEMPOTENCY_SCOPE", "is missing beside IDEMPOTENCY=redis"),
    (&[("IDEMPOTENCY", "redis"), ("IDEMPOTENCY_SCOPE", "engage")], "REDIS_URL", "is missing beside IDEMPOTENCY=redis"),
    (&[("IDEMPOTENCY", "redis"), ("IDEMPOTENCY_SCOPE", "engage"), ("REDIS_URL", "http://user:hush@host")], "REDIS_URL", "URL"),
    (&[("IDEMPOTENCY", "redis"), ("IDEMPOTENCY_SCOPE", "engage"), ("REDIS_URL", "redis://host"), ("REDIS_KIND", "raft")], "REDIS_KIND", "is neither `server`, `cluster` nor `sentinel`"),
    (&[("IDEMPOTENCY", "redis"), ("IDEMPOTENCY_SCOPE", "engage"), ("REDIS_URL", "redis://host"), ("REDIS_KIND", "sentinel")], "REDIS_SERVICE", "is missing beside REDIS_KIND=sentinel"),
    (&[("IDEMPOTENCY", "redis"), ("IDEMPOTENCY_SCOPE", "engage"), ("REDIS_URL", "redis://host"), ("REDIS_SERVICE", "mymaster")], "REDIS_KIND", "is not `sentinel`"),
    (&[("LISTEN", "localhost")], "LISTEN", "is not an address and port"),
    (&[("LISTEN", "3000")], "LISTEN", "is not an address and port"),
    (&[("MAX_CONNECTIONS", "0")], "MAX_CONNECTIONS", "is not a whole number from 1 to 65535"),
    (&[("MAX_CONNECTIONS", "65536")], "MAX_CONNECTIONS", "is not a whole number from 1 to 65535"),
    (&[("RUST_LOG", "tower_webhook=loud")], "RUST_LOG", "level"),
];
