//! The table of `exceptions.md`.

use std::collections::BTreeSet;

use super::{
    change::Change,
    sdk::Language::{self, JavaScript, Python},
    sender::SENDERS,
};

const EXCEPTIONS: &str = include_str!("exceptions.md");

/// A change of which an SDK says the opposite of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Exception {
    pub(super) change: Change,
    pub(super) ours: Ours,
    pub(super) language: Language,
    pub(super) sender: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ours {
    Accepts,
    Rejects,
}

pub(super) fn exceptions() -> BTreeSet<Exception> {
    let rows = EXCEPTIONS.lines().filter(|line| line.starts_with("| `"));
    rows.flat_map(exceptions_of_row).collect()
}

fn exceptions_of_row(row: &str) -> Vec<Exception> {
    let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
    let &[name, ours, javascript, python, _reason] = &*cells else {
        panic!("not a row of the table: {row}");
    };
    let name = name.trim_matches('`');
    let change = Change::ALL.iter().find(|change| change.name() == name);
    let change = *change.unwrap_or_else(|| panic!("no change: {row}"));
    let ours = match ours {
        "accepts" => Ours::Accepts,
        "rejects" => Ours::Rejects,
        _ => panic!("ours accepts or rejects: {row}"),
    };
    let mut exceptions = Vec::new();
    for (language, cell) in [(JavaScript, javascript), (Python, python)] {
        for name in cell.split(", ").filter(|name| *name != "–") {
            let sender = SENDERS.iter().find(|sender| sender.name == name);
            let sender = sender.unwrap_or_else(|| panic!("no sender {name}: {row}"));
            exceptions.push(Exception {
                change,
                ours,
                language,
                sender: sender.name,
            });
        }
    }
    exceptions
}
