//! Every variable that `--help` lists, with each kind of value, and with a wrong one.

use std::{
    collections::BTreeSet,
    process::{Command, Stdio},
    thread,
};

use super::{
    process::{NotStarted, Process, command, program},
    right::{KEY, OTHER_SECRET, all_right, genuine, signed_with},
    wrong::ALL_WRONG,
};
use crate::{idempotency::redis_server::RedisServer, support::SECRET};

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
            stdout.contains("  SIGNING_SECRETS        the signing secrets"),
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

#[test]
fn what_is_seldom_meant_is_warned_of_and_what_is_usual_is_not() {
    for (variable, warning) in [
        (("TOLERANCE_SECS", "86401"), "OLD REQUESTS ARE ACCEPTED"),
        (
            ("REDIS_URL", "redis://127.0.0.1"),
            "REDIS_URL is set and not used",
        ),
    ] {
        Process::start(&[variable]).wait_for_log(warning);
    }
    let usual = Process::start(&[("TOLERANCE_SECS", "86400")]);
    usual.wait_for_log("listening on");
    assert_eq!(usual.logged("WARN"), Vec::<String>::new());
}
