//! `tower-webhook verify`.

use std::{io::Write, process::ExitCode};

use clap::Args;
use serde_json::json;
use tower_webhook::receiver::explain::{Outcome, Verdict};

use crate::{
    explain::{EXIT_CODES, Judged, TELLS_WHY, code},
    failure::Failure,
    output,
};

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    judged: Judged,

    /// Print JSON: {"verdict", "failed": […]}
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &VerifyArgs) -> Result<ExitCode, Failure> {
    let (explainer, capture, body) = args.judged.read()?;
    let explanation = explainer.judge(&capture.parts, &body);
    let failed: Vec<_> = explanation
        .checks()
        .iter()
        .filter(|check| check.outcome() == Outcome::Failed)
        .collect();
    let verdict = explanation.verdict();
    let mut out = output::stdout();
    if args.json {
        writeln!(
            out,
            "{}",
            json!({ "verdict": verdict.as_str(), "failed": failed })
        )?;
    } else {
        writeln!(out, "{verdict}")?;
        for check in failed {
            writeln!(
                out,
                "  {}: {}",
                check.name(),
                check.detail().unwrap_or_default()
            )?;
        }
        if verdict == Verdict::Rejected {
            writeln!(out, "{TELLS_WHY}")?;
        }
    }
    Ok(code(verdict))
}
