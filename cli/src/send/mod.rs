//! `tower-webhook send`.

mod args;
mod hint;
mod overrides;
mod payload;
mod sample;
mod seal;
mod sender;
mod summary;

pub(crate) use args::SendArgs;
pub(crate) use sample::samples;
pub(crate) use sender::innermost;

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
    sync::Arc,
};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tokio::task::JoinSet;

use crate::{failure::Failure, output, runtime};
use sender::{Response, Sender};
use summary::Summary;

pub(crate) fn run(args: &SendArgs) -> Result<ExitCode, Failure> {
    if args.list {
        return list(args);
    }
    let sender = Sender::new(args)?;
    let concurrency = args.concurrency.get();
    let origin = sender.origin();
    let responses = runtime::new()?.block_on(send_all(sender, concurrency))?;
    let summary = Summary::new(origin, responses);
    let mut out = output::stdout();
    if args.json {
        writeln!(out, "{}", summary.to_json())?;
    } else {
        write!(out, "{summary}")?;
    }
    Ok(if summary.is_success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn list(args: &SendArgs) -> Result<ExitCode, Failure> {
    let types = sample::types(&args.provider.provider);
    let mut out = output::stdout();
    if args.json {
        writeln!(out, "{}", json!({ "types": types }))?;
    } else {
        for event_type in types {
            writeln!(out, "{event_type}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn send_all(sender: Sender, concurrency: usize) -> Result<Vec<Response>, Failure> {
    let progress = progress_bar(sender.total())?;
    let concurrency = concurrency.min(sender.total());
    let sender = Arc::new(sender);
    let mut tasks = JoinSet::new();
    for _ in 0..concurrency {
        let (sender, progress) = (Arc::clone(&sender), progress.clone());
        tasks.spawn(async move {
            let mut responses = Vec::new();
            while let Some(response) = sender.send_next().await? {
                responses.push(response);
                progress.inc(1);
            }
            Ok::<_, Failure>(responses)
        });
    }
    let mut responses = Vec::new();
    while let Some(task) = tasks.join_next().await {
        responses.extend(task??);
    }
    progress.finish_and_clear();
    Ok(responses)
}

/// Hidden where nobody looks at it.
fn progress_bar(total: usize) -> Result<ProgressBar, Failure> {
    if total == 1 || !io::stderr().is_terminal() {
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {eta}")?;
    Ok(ProgressBar::new(total.try_into()?).with_style(style))
}
