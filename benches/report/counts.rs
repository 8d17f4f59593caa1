//! The goals that are exact: each is a test, which the report runs.

use std::{
    env, io,
    process::{Command, Stdio},
};

use crate::goal::{Bound, Figure, Goal};

/// What is asserted, by which test binary, in which tests.
const ASSERTED: [(&str, &str, &str, &str); 6] = [
    (
        "P3",
        "heap allocations of head and signature: 0, accepted or refused, one secret or three",
        "it",
        "allocations::decision",
    ),
    (
        "P4",
        "heap allocations that the layer adds: at most 3",
        "it",
        "allocations::layer",
    ),
    (
        "P6",
        "copies of a body of one frame of 1 KiB or more: 0",
        "it",
        "a_body_of_one_frame_is_never_copied",
    ),
    (
        "P6",
        "heap of a body of many frames, and of a false `content-length`",
        "heap",
        "",
    ),
    (
        "P8",
        "polls of the body of a request refused on its head: 0",
        "it",
        "a_head_that_is_refused_has_its_body_polled_zero_times",
    ),
    (
        "P11",
        "buffers for an encrypted payload's plaintext: 1",
        "it",
        "allocations::ciphers",
    ),
];

pub(crate) fn goals() -> io::Result<Vec<Goal>> {
    ASSERTED
        .into_iter()
        .map(|(id, what, binary, tests)| {
            Ok(Goal {
                id,
                what: what.to_owned(),
                figure: Figure::Test {
                    passed: passes(binary, tests)?,
                },
                bound: Bound::Exact,
            })
        })
        .collect()
}

/// A filter that no test goes by is a failure too.
fn passes(binary: &str, tests: &str) -> io::Result<bool> {
    let output = cargo()
        .args([
            "test",
            "--quiet",
            "--package",
            "tower-webhook",
            "--test",
            binary,
            tests,
        ])
        .stderr(Stdio::inherit())
        .output()?;
    let ran = String::from_utf8_lossy(&output.stdout).contains("test result: ok. ");
    let none = String::from_utf8_lossy(&output.stdout).contains("ok. 0 passed");
    Ok(output.status.success() && ran && !none)
}

/// How many crates the default features need, this one included.
pub(crate) fn crates() -> io::Result<Goal> {
    let output = cargo()
        .args([
            "tree",
            "--package",
            "tower-webhook",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .stderr(Stdio::inherit())
        .output()?;
    let tree = String::from_utf8_lossy(&output.stdout);
    let mut crates: Vec<&str> = tree
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .filter(|line| !line.is_empty())
        .collect();
    crates.sort_unstable();
    crates.dedup();
    Ok(Goal {
        id: "P12",
        what: "crates with default features".into(),
        figure: Figure::Crates(crates.len()),
        bound: Bound::AtMost(60.0),
    })
}

fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
