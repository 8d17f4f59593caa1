//! Right values of the variables.

use std::time::Duration;

use tower_webhook::{
    decrypt::{Aes256Cbc, Aes256Gcm},
    testing::sealed_envelope,
    voyado::EventType,
};

use super::process::Delivery;
use crate::support::SECRET;

pub(super) const KEY: &str = "DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2";
pub(super) const OTHER_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// Variables with which it starts, and the status of one delivery then.
pub(super) struct Right {
    pub(super) variables: Vec<(&'static str, String)>,
    pub(super) delivery: Delivery,
    pub(super) status: u16,
}

fn right(variables: &[(&'static str, &str)], delivery: Delivery, status: u16) -> Right {
    let variables = variables
        .iter()
        .map(|&(name, value)| (name, value.to_owned()));
    Right {
        variables: variables.collect(),
        delivery,
        status,
    }
}

/// A file that is not there yet.
pub(super) fn inbox_url() -> String {
    let directory = env!("CARGO_TARGET_TMPDIR");
    format!("sqlite:{directory}/receiver-{:x}.db", fastrand::u128(..))
}

pub(super) fn genuine() -> Delivery {
    Delivery::default()
}

fn with(headers: &[(&'static str, &'static str)]) -> Delivery {
    Delivery {
        headers: headers.to_vec(),
        ..Delivery::default()
    }
}

fn of_age(seconds: u64) -> Delivery {
    Delivery {
        age: Duration::from_secs(seconds),
        ..Delivery::default()
    }
}

fn at(path: &'static str) -> Delivery {
    Delivery {
        path,
        ..Delivery::default()
    }
}

/// A file with two secrets.
fn secrets_file() -> String {
    let path = std::env::temp_dir().join(format!("receiver-secrets-{}", std::process::id()));
    std::fs::write(&path, format!("{SECRET}\n\n v1,{OTHER_SECRET} \n")).unwrap();
    path.to_str().unwrap().to_owned()
}

pub(super) fn signed_with(secret: &str) -> Delivery {
    Delivery {
        secret: secret.to_owned(),
        ..Delivery::default()
    }
}

fn sealed_with_cbc() -> Delivery {
    sealed(|payload| Aes256Cbc::new(KEY).unwrap().seal(payload, [7; 16]))
}

fn sealed_with_gcm() -> Delivery {
    sealed(|payload| Aes256Gcm::new(KEY).unwrap().seal(payload, [7; 12]))
}

fn sealed(seal: impl Fn(&[u8]) -> String) -> Delivery {
    let envelope = EventType::ContactCreated.sample();
    Delivery {
        body: sealed_envelope(envelope, |payload| seal(payload)).unwrap(),
        ..Delivery::default()
    }
}

#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "a table, a row a line")]
pub(super) fn all_right() -> Vec<Right> {
    let forwarded = |header, source| with(&[(header, source)]);
    let token = [("TOKEN_HEADER", "x-engage-token"), ("TOKENS", "old, new")];
    let proxied = |header: &str| [
        ("ALLOWED_SOURCES", "203.0.113.7,198.51.100.0/24,svix-eu".to_owned()),
        ("TRUSTED_PROXIES", "10.0.0.1, 127.0.0.0/8".to_owned()),
        ("FORWARDED_HEADER", header.to_owned()),
    ];
    let mut all = vec![
        right(&[("SIGNING_SECRETS", SECRET)], genuine(), 204),
        right(&[("SIGNING_SECRETS", SECRET)], signed_with(OTHER_SECRET), 401),
        right(&[("SIGNING_SECRETS", &format!(" {SECRET} , {OTHER_SECRET} "))], signed_with(OTHER_SECRET), 204),
        right(&[("SIGNING_SECRETS", SECRET.trim_start_matches("whsec_"))], genuine(), 204),
        right(&[("SIGNING_SECRETS", &format!("v1,{SECRET}"))], genuine(), 204),
        right(&[("SIGNING_SECRETS", &format!("{OTHER_SECRET}, v1, {SECRET}"))], genuine(), 204),
        right(&[("SIGNING_SECRETS", &format!("v1,{OTHER_SECRET}|v1,{SECRET}"))], genuine(), 204),
        right(&[("SIGNING_SECRETS", &format!("\"{SECRET}\""))], genuine(), 204),
        right(&[], of_age(250), 204),
        right(&[], of_age(350), 401),
        right(&[("TOLERANCE_SECS", "60")], of_age(250), 401),
        right(&[("TOLERANCE_SECS", "600")], of_age(350), 204),
        right(&[("TOLERANCE_SECS", "")], of_age(250), 204),
        right(&[("TOLERANCE_SECS", "1000000000")], of_age(900_000_000), 204),
        right(&[("TOLERANCE_SECS", "1000000000")], of_age(1_100_000_000), 401),
        right(&[("SIGNING_SECRETS", ""), ("SIGNING_SECRETS_FILE", &secrets_file())], signed_with(OTHER_SECRET), 204),
        right(&[("PROVIDER", "svix"), ("PUBLIC_URL", "https://example.com/"), ("WEBHOOK_ID", "unused")], genuine(), 204),
        right(&[("PROVIDER", "svix")], at("/webhooks/svix"), 204),
        right(&[("PROVIDER", "svix")], at("/webhooks/github"), 404),
        right(&[], at("/webhooks/svix"), 404),
        right(&[("PROVIDER", "github")], genuine(), 400),
        right(&[("HANDSHAKES", "false")], genuine(), 204),
        right(&[("PROVIDER", "svix"), ("HANDSHAKES", "true"), ("VERIFY_TOKEN", "unused"), ("HANDSHAKE_SECRETS_FILE", "/dev/null")], genuine(), 204),
        right(&[("EXPLAIN", "false")], genuine(), 204),
        right(&[("EXPLAIN", "true")], genuine(), 204),
        right(&[("EXPLAIN", "true")], signed_with(OTHER_SECRET), 401),
        right(&[("MAX_BODY_BYTES", "100")], genuine(), 413),
        right(&[("MAX_BODY_BYTES", "2097152")], genuine(), 204),
        right(&[("MAX_BYTES_IN_FLIGHT", "1048576")], genuine(), 204),
        right(&token, genuine(), 401),
        right(&token, with(&[("x-engage-token", "new")]), 204),
        right(&token, with(&[("x-engage-token", "old")]), 204),
        right(&[("ALLOWED_SOURCES", "127.0.0.1")], genuine(), 204),
        right(&[("ALLOWED_SOURCES", "svix-us, 127.0.0.0/8")], genuine(), 204),
        right(&[("ALLOWED_SOURCES", "svix-eu")], genuine(), 403),
        right(&[("ALLOWED_SOURCES", "::1,2001:db8::/32")], genuine(), 403),
        right(
            &[("ALLOWED_SOURCES", "203.0.113.7"), ("TRUSTED_PROXIES", "127.0.0.1")],
            forwarded("x-forwarded-for", "203.0.113.7"), 204,
        ),
        right(&[("DECRYPTION_KEY", KEY)], sealed_with_cbc(), 204),
        right(&[("DECRYPTION_KEY", KEY)], genuine(), 204),
        right(&[], sealed_with_cbc(), 500),
        right(&[("DECRYPTION_KEY", KEY), ("CIPHER", "aes-256-cbc")], sealed_with_cbc(), 204),
        right(&[("DECRYPTION_KEY", KEY), ("CIPHER", "aes-256-gcm")], sealed_with_gcm(), 204),
        right(&[("DECRYPTION_KEY", KEY), ("REQUIRE_ENCRYPTION", "true")], genuine(), 422),
        right(&[("DECRYPTION_KEY", KEY), ("REQUIRE_ENCRYPTION", "true")], sealed_with_cbc(), 204),
        right(&[("DECRYPTION_KEY", KEY), ("REQUIRE_ENCRYPTION", "false")], genuine(), 204),
        right(&[("IDEMPOTENCY", "off")], genuine(), 204),
        right(&[("IDEMPOTENCY", "memory")], genuine(), 204),
        right(&[("IDEMPOTENCY", "memory"), ("IDEMPOTENCY_SCOPE", "engage")], genuine(), 204),
        right(&[("LISTEN", "127.0.0.1:0")], genuine(), 204),
        right(&[("LISTEN", "[::1]:0")], genuine(), 204),
        right(&[("MAX_CONNECTIONS", "1")], genuine(), 204),
        right(&[("MAX_CONNECTIONS", "65535")], genuine(), 204),
    ];
    // Nobody listens there: it starts all the same, and rejects what it cannot claim.
    for url in ["redis://127.0.0.1:1", "redis://user:password@127.0.0.1:1/3", "rediss://127.0.0.1:1"] {
        let redis = [("IDEMPOTENCY", "redis"), ("IDEMPOTENCY_SCOPE", "engage"), ("REDIS_URL", url)];
        all.push(right(&redis, genuine(), 503));
    }
    for (kind, urls, service) in [
        ("server", "redis://127.0.0.1:1", None),
        ("cluster", "redis://127.0.0.1:1, redis://127.0.0.1:2", None),
        ("sentinel", "redis://127.0.0.1:1,redis://127.0.0.1:2", Some("mymaster")),
        ("sentinel", "redis://127.0.0.1:1", Some("redis://user:password@mymaster/0")),
    ] {
        let mut redis = vec![("IDEMPOTENCY", "redis"), ("IDEMPOTENCY_SCOPE", "engage"), ("REDIS_KIND", kind), ("REDIS_URL", urls)];
        redis.extend(service.map(|service| ("REDIS_SERVICE", service)));
        all.push(right(&redis, genuine(), 503));
    }
    let inbox = inbox_url();
    all.push(right(&[("INBOX_URL", &inbox)], genuine(), 202));
    all.push(right(&[("INBOX_URL", &inbox)], signed_with(OTHER_SECRET), 401));
    all.push(right(&[("INBOX_URL", &inbox)], sealed_with_cbc(), 202));
    for url in [inbox.replace("sqlite:", "sqlite://"), format!("{inbox} with a space")] {
        all.push(right(&[("INBOX_URL", &url)], genuine(), 202));
    }
    let encrypted = [("INBOX_URL", inbox.as_str()), ("DECRYPTION_KEY", KEY), ("REQUIRE_ENCRYPTION", "true")];
    all.push(right(&encrypted, genuine(), 422));
    all.push(right(&encrypted, sealed_with_cbc(), 202));
    // Nobody listens there: it is stored all the same.
    let forwarding = [("INBOX_URL", inbox.as_str()), ("FORWARD_URLS", "http://127.0.0.1:1/a, http://127.0.0.1:1/b?c"), ("FORWARD_SECRET", OTHER_SECRET)];
    all.push(right(&forwarding, genuine(), 202));
    for (name, value) in [("INBOX_SCHEDULE_SECS", "0.5, 5,300"), ("WORKERS", "1"), ("WORKERS", "1000"), ("INBOX_LEASE_SECS", "1")] {
        all.push(right(&[("INBOX_URL", &inbox), (name, value)], genuine(), 202));
    }
    let one_hop = [("ALLOWED_SOURCES", "203.0.113.7"), ("TRUSTED_HOPS", "1")];
    all.push(right(&one_hop, forwarded("x-forwarded-for", "192.0.2.1, 203.0.113.7"), 204));
    all.push(right(&one_hop, forwarded("x-forwarded-for", "203.0.113.7, 192.0.2.1"), 403));
    for header in ["x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip", "cloudfront-viewer-address"] {
        let [allowed, proxies, header_name] = proxied(header);
        let variables = [(allowed.0, allowed.1.as_str()), (proxies.0, &proxies.1), (header_name.0, &header_name.1)];
        let (from_allowed, from_other) = match header {
            "forwarded" => ("for=198.51.100.9", "for=192.0.2.1"),
            "cloudfront-viewer-address" => ("198.51.100.9:443", "192.0.2.1:443"),
            _ => ("198.51.100.9", "192.0.2.1"),
        };
        let name = variables[2].1.to_owned().leak();
        all.push(right(&variables, forwarded(name, from_allowed), 204));
        all.push(right(&variables, forwarded(name, from_other), 403));
    }
    for filter in ["error", "warn", "info", "debug", "trace", "warn,receiver=info"] {
        // At `error` and `warn` alone the address would not be logged, by which it is found.
        let filter = if filter.contains(',') { filter.to_owned() } else { format!("{filter},receiver=info") };
        all.push(right(&[("RUST_LOG", &filter)], genuine(), 204));
    }
    all
}
