//! Measures every goal of the crate's performance beside its peers, in one run: `cargo bench -p benches --bench report`.
//!
//! It prints the goals and all times, and renews `docs/performance.md` with its picture. `-- load` (or `times`, `optional`,
//! `counts`, `crates`) measures that part alone and renews nothing.

mod counts;
mod crates;
mod goal;
mod load;
mod machine;
mod optional;
mod picture;
mod ratios;
mod tables;

use std::{env, error::Error, fs, io, path::Path, process::Command, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use clap::{Parser, ValueEnum};
use indicatif::ProgressIterator;

use benches::{GROUPS, interleave::Measured};
use goal::Goal;
use load::Load;

const ROUNDS: usize = 101;
const LOAD_ROUNDS: usize = 7;
const LOAD_VISIT: Duration = Duration::from_secs(3);

#[derive(Parser)]
struct Arguments {
    /// What to measure [default: everything]
    parts: Vec<Part>,
    /// Once and briefly, to see that it runs; renews nothing
    #[arg(long)]
    test: bool,
    /// What `cargo bench` says to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Times within this process, by turns
    Times,
    /// Times of what needs more than the default features, by a process built with them
    Optional,
    /// Exact counts, by the tests that assert them
    Counts,
    /// Requests per second over loopback HTTP
    Load,
    /// The size of the dependency tree
    Crates,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let measures = |part| arguments.parts.is_empty() || arguments.parts.contains(&part);
    let (rounds, load_rounds, load_visit) = if arguments.test {
        (1, 1, Duration::from_secs(1))
    } else {
        (ROUNDS, LOAD_ROUNDS, LOAD_VISIT)
    };

    let mut goals: Vec<Goal> = Vec::new();
    let mut times: Vec<Measured> = Vec::new();
    if measures(Part::Times) {
        for cases in GROUPS.into_iter().progress() {
            let measured = Measured::interleaved(cases(), rounds);
            goals.extend(ratios::goals(&measured));
            times.push(measured);
        }
    }
    if measures(Part::Optional) {
        let measured = optional::measure(arguments.test)?;
        goals.extend(optional::goals(&measured));
        times.extend(measured);
    }
    if measures(Part::Counts) {
        if arguments.test {
            counts::exist()?;
        } else {
            goals.extend(counts::goals()?);
        }
    }
    let mut load = None;
    if measures(Part::Load) {
        let measured =
            Load::interleaved(load_rounds, load_visit).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => {
                    "the load comes from `wrk`, which is not installed".into()
                }
                _ => error.to_string(),
            })?;
        goals.extend(measured.goals());
        load = Some(measured);
    }
    if measures(Part::Crates) {
        goals.extend(crates::goals()?);
    }

    let page = tables::page(&goals, &times, load.as_ref());
    println!("{page}");
    if let Some(verify) = times.iter().find(|measured| measured.group() == "verify") {
        let picture = picture::cost_over_the_floor(verify)?;
        if arguments.parts.is_empty() && !arguments.test {
            let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
            // rustdoc shows no file, so the crate's documentation has the picture in a link.
            let encoded = STANDARD.encode(&picture);
            let link = format!("[performance-picture]: data:image/svg+xml;base64,{encoded}\n\n");
            fs::write(docs.join("performance-picture.md"), link)?;
            fs::write(docs.join("performance.svg"), picture)?;
            fs::write(docs.join("performance.md"), page)?;
        }
    }
    Ok(())
}

/// `256 B`, `64 KiB`, `1 MiB`.
fn size(bytes: usize) -> String {
    indicatif::BinaryBytes(bytes as u64).to_string()
}

fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
