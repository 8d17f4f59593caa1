//! `tower-webhook explain`.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use bytes::Bytes;
use clap::Args;
use tower_webhook::{
    Timestamp,
    receiver::explain::{CauseKind, Explainer, Explanation, Outcome, Verdict},
};

use crate::{
    capture::Capture,
    failure::Failure,
    input, output,
    provider::{ProviderArgs, SecretArgs},
    time,
};

/// Shown by `--help`.
pub(crate) const EXIT_CODES: &str =
    "Exit codes: 0 verified; 1 rejected; 2 if the input is no request or the arguments are wrong.";

/// Where to look next, once something was rejected.
pub(crate) const TELLS_WHY: &str = "`tower-webhook explain` tells why";

/// A captured request, and what it is judged with.
#[derive(Debug, Args)]
pub(crate) struct Judged {
    #[command(flatten)]
    provider: ProviderArgs,

    /// The captured request: raw HTTP, HAR, what `curl -v` showed, or the console's export; - for standard input
    #[arg(default_value = "-")]
    file: PathBuf,

    #[command(flatten)]
    secrets: SecretArgs,

    /// The body, where the capture has none
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,

    /// Judge a stored capture as of then: seconds since 1970, or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    at: Option<Timestamp>,

    /// How many seconds a timestamp may be off; default: the sender's own figure, or 300
    #[arg(long, value_name = "SECONDS")]
    tolerance: Option<u64>,
}

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    judged: Judged,

    /// A secret that was replaced; repeat it for several
    #[arg(long = "retired-secret", value_name = "SECRET")]
    retired: Vec<String>,

    /// A secret of another endpoint, tenant or environment; repeat it for several
    #[arg(long = "other-secret", value_name = "SECRET")]
    other: Vec<String>,

    /// Print JSON: {"verdict", "causes": [{"cause", "proof", "cure"}], "checks": […]}
    #[arg(long)]
    json: bool,
}

impl Judged {
    /// What judges, and the request.
    pub(crate) fn read(&self) -> Result<(Explainer, Capture, Bytes), Failure> {
        let secrets = self.secrets.required()?;
        let capture = Capture::read(&input::read(&self.file)?)?;
        let scheme = self.provider.scheme_of(&capture.parts)?;
        let body = match (&self.data, &capture.body) {
            (Some(data), _) => input::read(data)?.into(),
            (None, Some(body)) => body.clone(),
            (None, None) => {
                return Err(Failure(
                    "the capture shows no body: give it with --data FILE".to_owned(),
                ));
            }
        };
        let mut explainer = Explainer::new(scheme);
        for secret in secrets {
            explainer = explainer.secret(secret);
        }
        if let Some(at) = self.at {
            explainer = explainer.at(at);
        }
        if let Some(seconds) = self.tolerance {
            explainer = explainer.tolerance(Duration::from_secs(seconds));
        }
        Ok((explainer, capture, body))
    }
}

pub(crate) fn run(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let (mut explainer, capture, body) = args.judged.read()?;
    for secret in &args.retired {
        explainer = explainer.retired_secret(secret);
    }
    for secret in &args.other {
        explainer = explainer.other_secret(secret);
    }
    let explanation = explainer.explain(&capture.parts, &body);
    let mut out = output::stdout();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&explanation)?)?;
    } else {
        print(&mut out, &explanation)?;
    }
    Ok(code(explanation.verdict()))
}

/// 0 verified, 1 rejected.
pub(crate) fn code(verdict: Verdict) -> ExitCode {
    match verdict {
        Verdict::Verified => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn print(out: &mut impl Write, explanation: &Explanation) -> io::Result<()> {
    writeln!(out, "{}", explanation.verdict())?;
    for check in explanation.checks() {
        let mark = match check.outcome() {
            Outcome::Passed => "ok  ",
            Outcome::Failed => "FAIL",
            _ => "-   ",
        };
        let detail = check.detail().map(|detail| format!(": {detail}"));
        writeln!(
            out,
            "  {mark} {}{}",
            check.name(),
            detail.unwrap_or_default()
        )?;
    }
    for cause in explanation.causes() {
        writeln!(out, "\n{}", cause.kind())?;
        writeln!(out, "  proof: {}", cause.proof())?;
        writeln!(out, "  cure:  {}", cause.cure())?;
        if let Some(option) = option_for(cause.kind()) {
            writeln!(out, "  try:   {option}")?;
        }
    }
    Ok(())
}

/// The option of this command by which the cause would show no more.
fn option_for(cause: CauseKind) -> Option<&'static str> {
    match cause {
        CauseKind::ReplayedCapture | CauseKind::Clock => {
            Some("--at TIME, if it is a capture of then: seconds since 1970, or RFC 3339")
        }
        CauseKind::OtherProvider => Some("--provider NAME"),
        _ => None,
    }
}
