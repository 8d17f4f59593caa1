//! The page in Markdown.

use std::fmt::Write;

use benches::interleave::Measured;

use crate::{
    goal::{Goal, Reached},
    load::Load,
    machine, optional, size,
};

pub(crate) fn page(goals: &[Goal], times: &[Measured], load: Option<&Load>) -> String {
    let mut page = String::from("# Performance\n\n");
    let mut line = |text: &str| {
        page.push_str(text);
        page.push('\n');
    };
    line(&machine::description());
    line("\nMade by `cargo bench -p benches --bench report`.");
    line("\n![Cost of a verification over the floor][performance-picture]");
    line("\n## Goals\n");
    line(&goal_table(goals));
    if let Some(load) = load {
        line("## Over loopback HTTP\n");
        line(&load.to_string());
    }
    if times.iter().any(optional::is_of_presets) {
        line("## Presets\n");
        line(
            "Head and signature of 1 KiB, as each sender signs it, over the floor: a keyed state, cloned, fed what the sender \
             signed, and compared.\n",
        );
        line(&optional::table_of_presets(times));
    }
    if !times.is_empty() {
        line("## Times\n");
        line("Medians, for orientation. Compare within a group.\n");
        line(&time_table(times));
    }
    line("[performance-picture]: performance.svg");
    page
}

fn goal_table(goals: &[Goal]) -> String {
    let mut table = String::from(
        "| | what | measured | goal | reached | why not |\n|---|---|---:|---:|---|---|\n",
    );
    let mut goals: Vec<&Goal> = goals.iter().collect();
    // What has no number comes last.
    goals.sort_by_key(|goal| {
        let number = goal.id.trim_start_matches('P').parse();
        number.unwrap_or(u8::MAX)
    });
    for goal in goals {
        let reached = goal.reached();
        let reason = match reached {
            Reached::No => goal.reason,
            Reached::Yes | Reached::Unknown => "",
        };
        writeln!(
            table,
            "| {} | {} | {} | {} | {reached} | {reason} |",
            goal.id, goal.what, goal.figure, goal.bound
        )
        .expect("a String takes any text");
    }
    table
}

fn time_table(times: &[Measured]) -> String {
    let mut table = String::from("| group | contender | body | one run |\n|---|---|---:|---:|\n");
    let others = times.iter().filter(|group| !optional::is_of_presets(group));
    for case in others.flat_map(Measured::cases) {
        let body = match case.bytes {
            0 => "–".to_owned(),
            bytes => size(bytes),
        };
        writeln!(
            table,
            "| {} | {} | {body} | {:.0} ns |",
            case.group,
            case.contender,
            case.median()
        )
        .expect("a String takes any text");
    }
    table
}
