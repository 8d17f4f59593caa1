//! Sends signed sample webhooks of Voyado Engage, as Svix does, to the example `receiver` for instance.
//!
//! ```sh
//! export SIGNING_SECRETS=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
//! cargo run --example send -- contact.created
//! cargo run --example send -- --all --count 100 --concurrency 8
//! cargo run --example send -- --all --token secret --encryption-key DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2
//! cargo run --example send -- --list
//! ```
//!
//! It reads the variables of `receiver`, so that one environment serves both. Fails if any answer is not 2xx.

mod args;
mod seal;
mod sender;
mod summary;

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
};

use bytes::Bytes;
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Url;
use tokio::task::JoinSet;
use tower_webhook::{testing::Signer, voyado::EventType};

use args::Args;
use sender::{Answer, Sender};
use summary::Summary;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

async fn run(args: Args) -> Result<ExitCode, Box<dyn Error>> {
    let mut stdout = io::stdout();
    if args.list {
        for event_type in EventType::ALL {
            writeln!(stdout, "{}", event_type.as_str())?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let concurrency = args.concurrency.get();
    let answers = send_all(sender(args)?, concurrency).await?;
    let summary: Summary = answers.into_iter().collect();
    write!(stdout, "{summary}")?;
    Ok(if summary.is_success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn sender(args: Args) -> Result<Sender, Box<dyn Error>> {
    let payloads = payloads(&args)?;
    let header_family = args.header_family();
    let url = Url::parse(&args.url).map_err(|error| format!("--url: {error}"))?;
    let signer = Signer::new(args.secret()?)
        .map_err(|error| format!("--secret (or SIGNING_SECRETS): {error}"))?
        .header_family(header_family);
    let headers = args.token()?.into_iter().collect();
    Sender::new(url, signer, headers, args.id, payloads, args.count.get())
}

fn payloads(args: &Args) -> Result<Vec<Bytes>, Box<dyn Error>> {
    let plain = plain_payloads(args)?;
    let Some((cipher, key)) = args.encryption()? else {
        return Ok(plain);
    };
    let sealed = plain
        .iter()
        .map(|payload| seal::sealed(payload, cipher, key));
    sealed.collect()
}

fn plain_payloads(args: &Args) -> Result<Vec<Bytes>, String> {
    if let Some(path) = &args.data {
        let data =
            std::fs::read(path).map_err(|error| format!("--data {}: {error}", path.display()))?;
        return Ok(vec![data.into()]);
    }
    let event_types = if args.all {
        EventType::ALL.as_slice()
    } else {
        &args.event_types
    };
    Ok(event_types
        .iter()
        .map(|event_type| Bytes::from_static(event_type.sample().as_bytes()))
        .collect())
}

async fn send_all(sender: Sender, concurrency: usize) -> Result<Vec<Answer>, Box<dyn Error>> {
    let progress = progress_bar(sender.total())?;
    let concurrency = concurrency.min(sender.total());
    let sender = Arc::new(sender);
    let mut tasks = JoinSet::new();
    for _ in 0..concurrency {
        let (sender, progress) = (Arc::clone(&sender), progress.clone());
        tasks.spawn(async move {
            let mut answers = Vec::new();
            while let Some(answer) = sender.send_next().await {
                answers.push(answer);
                progress.inc(1);
            }
            answers
        });
    }
    let mut answers = Vec::new();
    while let Some(task) = tasks.join_next().await {
        answers.extend(task?);
    }
    progress.finish_and_clear();
    Ok(answers)
}

/// Hidden for a single delivery.
fn progress_bar(total: usize) -> Result<ProgressBar, Box<dyn Error>> {
    if total < 2 {
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} ({per_sec}, {eta} left)")?;
    Ok(ProgressBar::new(u64::try_from(total)?).with_style(style))
}
