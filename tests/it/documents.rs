//! The documents of the repository: their links lead somewhere, and the crate's documentation shows their picture.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Vec<PathBuf> {
    let folders = [
        root().to_path_buf(),
        root().join("docs"),
        root().join("docs/guides"),
    ];
    let mut documents: Vec<_> = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    documents.sort();
    documents
}

/// What `](…)` and `]: …` lead to, outside of code.
fn links(text: &str) -> Vec<&str> {
    let mut is_code = false;
    let mut links = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        }
        if is_code {
            continue;
        }
        links.extend(
            line.split("](")
                .skip(1)
                .filter_map(|rest| rest.split(')').next()),
        );
        if line.starts_with('[') {
            links.extend(line.split_once("]: ").map(|(_, target)| target));
        }
    }
    links
}

/// The names of the headings as a link has them: lower case, with hyphens.
fn anchors(text: &str) -> Vec<String> {
    let heading = |line: &str| {
        let title = line.trim_start_matches('#');
        let is_heading = title.len() < line.len() && title.starts_with(' ');
        is_heading.then(|| {
            let kept = |c: &char| c.is_alphanumeric() || *c == ' ' || *c == '-';
            let kept: String = title.trim().to_lowercase().chars().filter(kept).collect();
            kept.replace(' ', "-")
        })
    };
    text.lines().filter_map(heading).collect()
}

#[test]
fn every_relative_link_leads_to_a_file_or_a_heading() {
    let mut broken = Vec::new();
    let mut followed = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let anchors = anchors(&text);
        for link in links(&text) {
            let is_there = match link.strip_prefix('#') {
                Some(anchor) => anchors.iter().any(|known| known == anchor),
                None if link.contains(':') => continue,
                None => {
                    let file = link.split('#').next().unwrap_or(link);
                    document.parent().unwrap().join(file).exists()
                }
            };
            followed += 1;
            if !is_there {
                broken.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(followed > 30, "only {followed} links were found");
}

/// Files of the repository that a text names in code, without what comes after them.
fn files(text: &str) -> Vec<&str> {
    let code = text.split('`').skip(1).step_by(2);
    let words = code.flat_map(|code| code.split([' ', '\n', '=']));
    words
        .filter_map(|word| {
            let (folder, rest) = word.split_once('/')?;
            let folders = [
                ".ci", "benches", "cli", "console", "docs", "examples", "fuzz", "postgres", "src",
                "tests",
            ];
            let is_pattern = rest.contains(['*', '<', '{', '…']);
            // `file.rs: name of a test`
            (folders.contains(&folder) && !is_pattern)
                .then(|| word.split(':').next().unwrap_or(word))
        })
        .collect()
}

#[test]
fn every_file_that_a_document_names_is_there() {
    let mut missing = Vec::new();
    let mut named = 0;
    for document in documents() {
        // Of what was, it tells what it was called.
        if document.ends_with("CHANGELOG.md") {
            continue;
        }
        let text = fs::read_to_string(&document).unwrap();
        for file in files(&text) {
            named += 1;
            if !root().join(file).exists() {
                missing.push(format!("{}: {file}", document.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(named > 100, "only {named} files were found");
}

#[test]
fn the_crates_documentation_shows_the_picture_of_the_readme() {
    let svg = fs::read(root().join("docs/performance.svg")).unwrap();
    let link = fs::read_to_string(root().join("docs/performance-picture.md")).unwrap();
    let encoded = link
        .trim_end()
        .strip_prefix("[performance-picture]: data:image/svg+xml;base64,")
        .unwrap();
    assert!(
        STANDARD.decode(encoded).unwrap() == svg,
        "the picture is another one"
    );
}

/// The median of a contender of a group, in nanoseconds.
fn time(report: &str, group: &str, contender: &str, size: &str) -> f64 {
    let row = format!("| {group} | {contender} | {size} | ");
    let (_, rest) = report.split_once(&row).expect(&row);
    let time = rest.split_once(" ns").expect(&row).0;
    time.parse().expect(&row)
}

#[test]
fn the_comparison_says_of_speed_what_was_measured() {
    let read = |name| fs::read_to_string(root().join(name)).unwrap();
    let (comparison, report) = (read("COMPARISON.md"), read("docs/performance.md"));
    for (label, contender) in [
        ("`svix`", "svix"),
        ("`standardwebhooks`", "standardwebhooks"),
        ("by hand, with care", "handwritten"),
    ] {
        let ratios = ["1.00 KiB", "64.00 KiB", "1.00 MiB"].map(|size| {
            let time = |contender| time(&report, "verify", contender, size);
            format!("{:.2}", time(contender) / time("ours"))
        });
        let row = format!("| {label} | {} |\n", ratios.join(" | "));
        assert!(comparison.contains(&row), "{row}");
    }
}

#[test]
fn the_readme_says_of_speed_what_was_measured() {
    let read = |name| fs::read_to_string(root().join(name)).unwrap();
    let (readme, report) = (read("README.md"), read("docs/performance.md"));
    for (label, group, contender, other, digits) in [
        (
            "checking head and signature, over an HMAC-SHA256 of the same bytes",
            "verify",
            "ours",
            "floor",
            2,
        ),
        (
            "`svix`'s and `standardwebhooks`' verification, over ours",
            "verify",
            "svix",
            "ours",
            1,
        ),
        (
            "a verifier written by hand with care, over ours",
            "verify",
            "handwritten",
            "ours",
            2,
        ),
        (
            "an axum route behind the layer, over one behind a middleware around `svix`",
            "axum",
            "ours",
            "svix",
            2,
        ),
    ] {
        let [small, large] = ["1.00 KiB", "64.00 KiB"].map(|size| {
            let time = |contender| time(&report, group, contender, size);
            format!("{:.digits$}", time(contender) / time(other))
        });
        let row = format!("| {label} | {small} | {large} |\n");
        assert!(readme.contains(&row), "{row}");
    }
}
