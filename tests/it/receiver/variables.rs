//! Every variable that `--help` lists, with each kind of value, and with a wrong one.

use std::{
    collections::BTreeSet,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use tower_webhook::{Aes256Cbc, Aes256Gcm, testing::sealed_envelope, voyado::EventType};

use super::process::{Delivery, NotStarted, Process, command, program};
use crate::{idempotency::redis_server::RedisServer, support::SECRET};

const KEY: &str = "DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2";
const OTHER_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// Variables with which it starts, and the status of one delivery then.
struct Right {
    variables: Vec<(&'static str, String)>,
    delivery: Delivery,
    status: u16,
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

fn genuine() -> Delivery {
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

fn signed_with(secret: &str) -> Delivery {
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
fn all_right() -> Vec<Right> {
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

/// Variables with which it does not start, the one that is named, and what is said about it.
type Wrong = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const ALL_WRONG: &[Wrong] = &[
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

/// The names in the table of `--help`.
fn listed() -> BTreeSet<String> {
    let help = Command::new(program()).arg("--help").output().unwrap();
    assert!(help.status.success());
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, table) = help.split_once("Environment variables:\n").unwrap();
    let names = table
        .lines()
        .filter_map(|row| row.split_whitespace().next());
    names.map(str::to_owned).collect()
}

#[test]
fn every_variable_is_tried_with_right_and_wrong_values() {
    let right: BTreeSet<String> = all_right()
        .iter()
        .flat_map(|right| &right.variables)
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(listed(), right);
    let wrong = ALL_WRONG.iter().map(|(_, named, _)| (*named).to_owned());
    assert_eq!(listed(), wrong.collect());
}

#[test]
fn it_starts_with_each_kind_of_value_and_does_what_the_value_says() {
    thread::scope(|scope| {
        for case in all_right() {
            scope.spawn(move || {
                let variables: Vec<_> = case
                    .variables
                    .iter()
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                let receiver = Process::try_start(command(&variables));
                let receiver = receiver.unwrap_or_else(|error| panic!("{variables:?}: {error:?}"));
                let status = receiver.send(&case.delivery.bytes());
                assert_eq!(status, case.status, "{variables:?}");
            });
        }
    });
}

#[test]
fn a_wrong_value_is_named_in_one_line_and_never_shown_if_it_is_secret() {
    thread::scope(|scope| {
        for &(variables, named, mistake) in ALL_WRONG {
            scope.spawn(move || {
                let Err(NotStarted { code, stderr }) = Process::try_start(command(variables))
                else {
                    panic!("started with {variables:?}");
                };
                assert_eq!(code, Some(2), "{variables:?}: {stderr}");
                assert_eq!(stderr.lines().count(), 1, "{variables:?}: {stderr}");
                assert!(
                    stderr.starts_with(&format!("{named}: ")),
                    "{variables:?}: {stderr}"
                );
                assert!(stderr.contains(mistake), "{variables:?}: {stderr}");
                for secret in ["hush", "private_private", "c2hvcnQ", SECRET, KEY] {
                    assert!(!stderr.contains(secret), "{variables:?}: {stderr}");
                }
            });
        }
    });
}

#[test]
fn a_value_that_is_not_unicode_is_named() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let mut command = command(&[]);
    command.env("TOKENS", OsStr::from_bytes(b"\xff"));
    let Err(NotStarted { code, stderr }) = Process::try_start(command) else {
        panic!("started");
    };
    assert_eq!((code, stderr.as_str()), (Some(2), "TOKENS: is not UTF-8\n"));
}

#[test]
fn with_a_redis_a_message_is_handled_once_in_each_scope() {
    let Some(redis) = RedisServer::start_or_skip("the receiver over Redis") else {
        return;
    };
    let url = redis.url();
    let start = |scope| {
        Process::start(&[
            ("IDEMPOTENCY", "redis"),
            ("IDEMPOTENCY_SCOPE", scope),
            ("REDIS_URL", &url),
        ])
    };
    let delivery = genuine();
    let send = |receiver: &Process| receiver.send(&delivery.bytes());
    let (first, second, other) = (start("engage"), start("engage"), start("shop"));
    assert_eq!(send(&first), 204);
    assert_eq!(send(&second), 200, "handled by the first");
    assert_eq!(send(&other), 204, "of another service");
}

#[test]
fn rust_log_decides_what_is_logged() {
    let silent = Process::start(&[("RUST_LOG", "off,receiver=info")]);
    let talkative = Process::start(&[("RUST_LOG", "debug")]);
    for receiver in [&silent, &talkative] {
        assert_eq!(receiver.send(&signed_with(OTHER_SECRET).bytes()), 401);
        assert_eq!(receiver.send(&genuine().bytes()), 204);
        receiver.terminate();
        receiver.wait_for_log("stopping");
    }
    assert!(!talkative.logged("tower_webhook").is_empty());
    assert_eq!(silent.logged("tower_webhook"), Vec::<String>::new());
}

#[test]
fn help_and_version_are_printed_and_an_unknown_argument_is_not_ignored() {
    let run = |argument: &str| {
        let mut command = command(&[]);
        let output = command
            .arg(argument)
            .stdout(Stdio::piped())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    for help in ["--help", "-h"] {
        let (code, stdout, stderr) = run(help);
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        assert!(
            stdout.contains("  SIGNING_SECRETS     the signing secrets"),
            "{stdout}"
        );
    }
    let version = format!("receiver {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(run("--version"), (Some(0), version, String::new()));
    for unknown in ["--port", "serve"] {
        let (code, stdout, stderr) = run(unknown);
        assert_eq!((code, stdout.as_str()), (Some(2), ""));
        assert!(stderr.contains(unknown), "{stderr}");
    }
}

#[test]
fn an_address_that_is_taken_is_named() {
    let receiver = Process::start(&[]);
    let address = receiver.address.to_string();
    let Err(NotStarted { code, stderr }) = Process::try_start(command(&[("LISTEN", &address)]))
    else {
        panic!("started");
    };
    assert_eq!(code, Some(1));
    assert!(
        stderr.contains(&format!("cannot listen on {address}")),
        "{stderr}"
    );
}
