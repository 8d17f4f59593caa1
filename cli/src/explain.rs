//! `tower-webhook explain`.

use std::{
    fs,
    io::{self, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use bytes::Bytes;
use clap::Args;
use tower_webhook::{
    Timestamp,
    receiver::explain::{Explainer, Explanation, Outcome, Verdict},
};

use crate::{capture::Capture, failure::Failure, provider::ProviderArgs};

/// A captured request, and what it is judged with.
#[derive(Debug, Args)]
pub(crate) struct Judged {
    #[command(flatten)]
    pub(crate) provider: ProviderArgs,

    /// The captured request: raw HTTP, HAR, what `curl -v` showed, or the console's export; - for standard input
    #[arg(default_value = "-")]
    pub(crate) file: PathBuf,

    /// The secret as it is configured; repeat it for several
    #[arg(long = "secret", env = "SIGNING_SECRET", hide_env_values = true, required = true)]
    pub(crate) secrets: Vec<String>,

    /// The body, where the capture has none
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,

    /// Judge a stored capture as of then: seconds since 1970, or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) at: Option<Timestamp>,

    /// How many seconds a timestamp may be off; default: the sender's own figure, or 300
    #[arg(long, value_name = "SECONDS")]
    pub(crate) tolerance: Option<u64>,
}

#[derive(Debug, Args)]
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
        let scheme = self.provider.scheme()?;
        let capture = Capture::read(&read(&self.file)?)?;
        let body = match (&self.data, &capture.body) {
            (Some(data), _) => read(data)?.into(),
            (None, Some(body)) => body.clone(),
            (None, None) => {
                return Err(Failure("the capture shows no body: give it with --data FILE".to_owned()));
            }
        };
        let mut explainer = Explainer::new(scheme);
        for secret in &self.secrets {
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
    let mut out = io::stdout().lock();
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
        writeln!(out, "  {mark} {}{}", check.name(), detail.unwrap_or_default())?;
    }
    for cause in explanation.causes() {
        writeln!(out, "\n{}", cause.kind())?;
        writeln!(out, "  proof: {}", cause.proof())?;
        writeln!(out, "  cure:  {}", cause.cure())?;
    }
    Ok(())
}

/// The bytes of a file, or of standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if path.as_os_str() != "-" {
        return fs::read(path).map_err(|error| Failure(format!("{}: {error}", path.display())));
    }
    let mut stdin = io::stdin().lock();
    if stdin.is_terminal() {
        eprintln!("reading standard input; end it with Ctrl-D");
    }
    let mut input = Vec::new();
    stdin.read_to_end(&mut input)?;
    Ok(input)
}

/// Seconds since 1970, or RFC 3339.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(Timestamp::from_unix_seconds(seconds));
    }
    humantime::parse_rfc3339_weak(text)
        .map(Timestamp::from)
        .map_err(|_| "expected seconds since 1970, or a time such as 2026-11-25T12:00:00Z".to_owned())
}
