//! The page in Markdown.

use std::fmt::Write;

use crate::{goal::Goal, interleave::Measured, load::Load, machine, size};

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
    if !times.is_empty() {
        line("## Times\n");
        line("Medians, for orientation. Compare within a group.\n");
        line(&time_table(times));
    }
    line("[performance-picture]: performance.svg");
    page
}

fn goal_table(goals: &[Goal]) -> String {
    let mut table =
        String::from("| | what | measured | goal | reached |\n|---|---|---:|---:|---|\n");
    let mut goals: Vec<&Goal> = goals.iter().collect();
    goals.sort_by_key(|goal| goal.id.trim_start_matches('P').parse::<u8>().ok());
    for goal in goals {
        let reached = if goal.is_reached() { "yes" } else { "**no**" };
        writeln!(
            table,
            "| {} | {} | {} | {} | {reached} |",
            goal.id, goal.what, goal.figure, goal.bound
        )
        .expect("a String takes any text");
    }
    table
}

fn time_table(times: &[Measured]) -> String {
    let mut table = String::from("| group | contender | body | one run |\n|---|---|---:|---:|\n");
    for case in times.iter().flat_map(Measured::cases) {
        writeln!(
            table,
            "| {} | {} | {} | {:.0} ns |",
            case.group,
            case.contender,
            size(case.bytes),
            case.median()
        )
        .expect("a String takes any text");
    }
    table
}
