//! The table of `exceptions.md`.

use std::collections::BTreeSet;

use super::oracle::{Identity, Language, Package};

const EXCEPTIONS: &str = include_str!("exceptions.md");

/// One exception of one oracle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Exception {
    pub(super) name: &'static str,
    pub(super) ours: Ours,
    pub(super) oracle: Identity,
}

/// What ours does where an oracle does the opposite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ours {
    Accepts,
    Refuses,
}

pub(super) fn exceptions() -> BTreeSet<Exception> {
    let rows = EXCEPTIONS.lines().filter(|line| line.starts_with("| `"));
    rows.flat_map(exceptions_of_row).collect()
}

fn exceptions_of_row(row: &'static str) -> Vec<Exception> {
    let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
    let &[name, ours, rust, python, javascript, _reason] = &*cells else {
        panic!("not a row of the table: {row}");
    };
    let ours = match ours {
        "accepts" => Ours::Accepts,
        "refuses" => Ours::Refuses,
        _ => panic!("ours accepts or refuses: {row}"),
    };
    let languages = [Language::Rust, Language::Python, Language::JavaScript];
    let mut exceptions = Vec::new();
    for (language, cell) in languages.into_iter().zip([rust, python, javascript]) {
        for package in packages(cell) {
            exceptions.push(Exception {
                name: name.trim_matches('`'),
                ours,
                oracle: Identity { language, package },
            });
        }
    }
    exceptions
}

fn packages(cell: &str) -> Vec<Package> {
    match cell {
        "–" => vec![],
        "both" => Package::BOTH.into(),
        name => {
            let named = Package::BOTH
                .into_iter()
                .find(|package| package.name() == name);
            vec![named.unwrap_or_else(|| panic!("no package: {name}"))]
        }
    }
}
