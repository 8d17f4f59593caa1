//! The goals that are exact: each is asserted by tests, which the report runs.

use std::{error::Error, io, process::Stdio};

use crate::{
    cargo,
    goal::{Bound, Figure, Goal},
};

struct Asserted {
    id: &'static str,
    what: &'static str,
    files: &'static [&'static str],
    by: Proof,
    /// For what it is not so.
    exceptions: Option<&'static str>,
}

#[derive(Clone, Copy)]
enum Proof {
    /// Tests of a test binary, by the part of the name that they share.
    Tests(&'static str, &'static str),
    /// Scenarios of the package `load`.
    Load(&'static [&'static str]),
}

const ASSERTED: [Asserted; 8] = [
    Asserted {
        id: "P3",
        what: "heap allocations of head and signature: 0, accepted or rejected, one secret or three",
        files: &["tests/it/allocations/decision.rs"],
        by: Proof::Tests("it", "allocations::decision"),
        exceptions: None,
    },
    Asserted {
        id: "P3",
        what: "the same with every preset of a shared secret",
        files: &["tests/it/allocations/presets.rs"],
        by: Proof::Tests("it", "allocations::presets"),
        exceptions: Some(
            "the schemes that are code (Adyen, Contentful, Mailgun, Twilio, Vipps, Zettle) box the state of each request",
        ),
    },
    Asserted {
        id: "P4",
        what: "heap allocations that the layer adds: at most 3",
        files: &["tests/it/allocations/layer.rs"],
        by: Proof::Tests("it", "allocations::layer"),
        exceptions: None,
    },
    Asserted {
        id: "P6",
        what: "copies of a body of one frame of 1 KiB or more: 0",
        files: &["tests/it/layer/bodies.rs"],
        by: Proof::Tests(
            "it",
            "a_body_of_one_frame_of_a_kibibyte_or_more_is_never_copied",
        ),
        exceptions: None,
    },
    Asserted {
        id: "P6",
        what: "heap of a body of many frames, and of a false `content-length`",
        files: &["tests/heap.rs"],
        by: Proof::Tests("heap", ""),
        exceptions: None,
    },
    Asserted {
        id: "P8",
        what: "polls of the body of a request rejected by its head: 0",
        files: &["tests/it/order.rs"],
        by: Proof::Tests(
            "it",
            "a_head_that_is_refused_has_its_body_polled_zero_times",
        ),
        exceptions: None,
    },
    Asserted {
        id: "P8",
        what: "clones of the inner service for a request rejected by its head: 0",
        files: &["tests/it/layer/limits.rs"],
        by: Proof::Tests("it", "for_a_rejected_head_the_inner_service_is_not_cloned"),
        exceptions: None,
    },
    Asserted {
        id: "P19",
        what: "memory that strangers hold with slow connections and with many streams",
        files: &["tests/load/slow.rs", "tests/load/streams.rs"],
        by: Proof::Load(&["slow", "streams"]),
        exceptions: None,
    },
];

pub(crate) fn goals() -> io::Result<Vec<Goal>> {
    ASSERTED
        .into_iter()
        .map(|asserted| {
            let passed = match asserted.by {
                Proof::Tests(binary, tests) => passes(binary, tests)?,
                Proof::Load(scenarios) => withstands(scenarios)?,
            };
            let figure = match asserted.exceptions {
                Some(_) => Figure::TestWithExceptions { passed },
                None => Figure::Test { passed },
            };
            let what = format!("{}: `{}`", asserted.what, asserted.files.join("`, `"));
            let goal = Goal::new(asserted.id, what, figure, Bound::Exact);
            Ok(goal.because(asserted.exceptions.unwrap_or_default()))
        })
        .collect()
}

/// Fails if the tests of a goal are not there: they may have been renamed.
pub(crate) fn exist() -> Result<(), Box<dyn Error>> {
    for asserted in ASSERTED {
        if let Proof::Tests(binary, tests) = asserted.by
            && !test(binary, tests, &["--list"])?.contains(": test")
        {
            return Err(format!("{binary} has no test {tests}").into());
        }
    }
    Ok(())
}

/// A filter that no test goes by is a failure too.
fn passes(binary: &str, tests: &str) -> io::Result<bool> {
    let printed = test(binary, tests, &[])?;
    Ok(printed.contains("test result: ok. ") && !printed.contains("ok. 0 passed"))
}

fn test(binary: &str, tests: &str, arguments: &[&str]) -> io::Result<String> {
    let output = cargo()
        .args(["test", "--quiet", "--package", "tower-webhook"])
        .args(["--test", binary, tests, "--"])
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn withstands(scenarios: &[&str]) -> io::Result<bool> {
    let status = cargo()
        .args(["run", "--quiet", "--package", "load", "--"])
        .args(scenarios)
        .stdout(Stdio::null())
        .status()?;
    Ok(status.success())
}
