//! What the bench `optional` measures, which is built with more than the default features, and its goals.

use std::{error::Error, fmt::Write, process::Stdio};

use benches::interleave::{Measured, MeasuredCase};

use crate::{
    cargo,
    goal::{
        Bound::{AtLeast, AtMost},
        Figure::{Microseconds, NotMeasured, Ratio},
        Goal,
    },
    ratios::after_the_last_frame,
};

const POSTGRESQL: &str =
    "PostgreSQL inbox: accepted per second over a bare `INSERT` for each request";
const PRESETS: &str = "presets";
const PRESETS_OF_MEMBERS: &str = "presets of members";

/// Measures by another process, since the features of the crate would be those of this one too.
pub(crate) fn measure(briefly: bool) -> Result<Vec<Measured>, Box<dyn Error>> {
    let mut bench = cargo();
    bench.args(["bench", "--package", "benches", "--features", "optional"]);
    bench.args(["--bench", "optional"]);
    if briefly {
        // Built sooner.
        bench.args(["--profile", "dev", "--", "--test"]);
    }
    let output = bench.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err("the bench `optional` failed".into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

pub(crate) fn goals(measured: &[Measured]) -> Vec<Goal> {
    let mut goals: Vec<Goal> = measured.iter().filter_map(goal).collect();
    if !measured.iter().any(|group| group.group() == "PostgreSQL") {
        let figure = NotMeasured("no PostgreSQL");
        goals.push(Goal::new("P17", POSTGRESQL, figure, AtLeast(0.9)));
    }
    goals
}

fn goal(measured: &Measured) -> Option<Goal> {
    let over = |contender, other| Ratio(measured.only(contender).over(measured.only(other)));
    Some(match measured.group() {
        "layer, Ed25519" => after_the_last_frame(measured, "Ed25519"),
        PRESETS => worst(measured, "the body or its digest").because(
            "an id, a type or a time that stands in the body is read from its JSON, and schemes that are code box their state",
        ),
        PRESETS_OF_MEMBERS => worst(measured, "members of the body")
            .because("what is signed is less than the JSON in which it has to be found"),
        "SQLite" => {
            let what = "SQLite inbox: accepted per second, 64 at a time over one after another";
            let ratio = over("one after another", "64 at a time");
            Goal::new("P16", what, ratio, AtLeast(8.0))
                .because("how much there is to share depends on what an `fsync` of the disk costs")
        }
        "PostgreSQL" => {
            let ratio = over("a bare `INSERT`", "the inbox");
            Goal::new("P17", POSTGRESQL, ratio, AtLeast(0.9))
        }
        "console" => {
            let added = measured.only("recording").beyond(&[measured.only("without")]) / 1000.0;
            let what = "console: what recording adds to a request of 1 KiB";
            Goal::new("–", what, Microseconds(added), AtMost(5.0))
        }
        _ => return None,
    })
}

fn worst(measured: &Measured, signs: &str) -> Goal {
    let worst = ratios(measured).max_by(|(.., one), (.., other)| one.total_cmp(other));
    let (preset, _, ratio) = worst.expect("a preset");
    let what = format!(
        "presets that sign {signs}, over the floor of their hash, 1 KiB: `{}`, the worst of {}",
        preset.contender,
        ratios(measured).count(),
    );
    Goal::new("P15", what, Ratio(ratio), AtMost(1.25))
}

/// Whether the times of a group are in a table of their own.
pub(crate) fn is_of_presets(measured: &Measured) -> bool {
    [PRESETS, PRESETS_OF_MEMBERS].contains(&measured.group())
}

pub(crate) fn table_of_presets(measured: &[Measured]) -> String {
    let mut table =
        String::from("| preset | floor | verification | over the floor |\n|---|---|---:|---:|\n");
    let presets = measured.iter().filter(|group| is_of_presets(group));
    for (preset, floor, ratio) in presets.flat_map(ratios) {
        let (slug, described) = floor.contender.split_once(": ").expect("a floor");
        let median = preset.median();
        writeln!(
            table,
            "| `{slug}` | {described} | {median:.0} ns | {ratio:.3} × |"
        )
        .expect("a String takes any text");
    }
    table
}

/// Each preset, the floor after it, and the ratio of both.
fn ratios(measured: &Measured) -> impl Iterator<Item = (&MeasuredCase, &MeasuredCase, f64)> {
    let pairs = measured.cases().chunks_exact(2);
    pairs.map(|pair| (&pair[0], &pair[1], pair[0].over(&pair[1])))
}
