//! How many crates it takes to build something, itself included. `.ci/features` counts them in the same way, and holds them to the
//! same numbers.

use std::{io, process::Stdio};

use crate::{
    cargo,
    goal::{
        Bound::AtMost,
        Figure::{Crates, NotMeasured},
        Goal,
    },
};

const VOYADO: &str = "voyado,aes-cbc,aes-gcm";

pub(crate) fn goals() -> io::Result<Vec<Goal>> {
    let core = ["--package", "tower-webhook", "--edges", "normal"];
    let none = crates(&core)?;
    let voyado = crates(&[&core[..], &["--features", VOYADO]].concat())?;
    let quickstart = crates(&["--package", "quickstart", "--edges", "normal,build"])?;
    let by_hand = NotMeasured("`time cargo run -p quickstart` in a fresh clone");
    Ok(vec![
        Goal::new("P13", "crates with no feature", Crates(none), AtMost(40.0)),
        Goal::new(
            "P13",
            "crates with `voyado` and both ciphers",
            Crates(voyado),
            AtMost(60.0),
        ),
        Goal::new(
            "P14",
            "crates of the quickstart",
            Crates(quickstart),
            AtMost(130.0),
        ),
        Goal::new(
            "P14",
            "CPU seconds of the quickstart",
            by_hand,
            AtMost(80.0),
        ),
    ])
}

fn crates(of: &[&str]) -> io::Result<usize> {
    let output = cargo()
        .args(["tree", "--prefix", "none", "--format", "{p}"])
        .args(of)
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
    Ok(crates.len())
}
