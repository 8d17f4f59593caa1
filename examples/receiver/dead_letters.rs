//! The commands for dead letters.

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
    time::{Duration, UNIX_EPOCH},
};

use humantime::{Rfc3339Timestamp, format_rfc3339_seconds};
use serde::Serialize;
use tokio::runtime::Runtime;
use tower_webhook::{
    Timestamp,
    inbox::{DeadLetter, Inbox, InboxError},
};

use crate::{arguments::InboxCommand, settings};

/// There is no such dead letter.
const UNKNOWN: u8 = 1;

/// Does what the command says with the inbox of the environment.
pub(crate) fn manage(command: &InboxCommand) -> Result<ExitCode, Box<dyn Error>> {
    let url = settings::inbox_url()?;
    Runtime::new()?.block_on(async {
        let inbox = url.open_existing().await?;
        match run(&*inbox, command).await {
            // `list | head` has seen enough.
            Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                Ok(ExitCode::SUCCESS)
            }
            Err(Failure::Output(error)) => Err(error.into()),
            Err(Failure::Inbox(error)) => Err(settings::inbox_failed(&error).into()),
            Ok(code) => Ok(code),
        }
    })
}

enum Failure {
    Inbox(InboxError),
    Output(io::Error),
}

async fn run(inbox: &dyn Inbox, command: &InboxCommand) -> Result<ExitCode, Failure> {
    let mut output = io::stdout().lock();
    match command {
        InboxCommand::List => {
            for letter in inbox.dead_letters(None, usize::MAX).await? {
                serde_json::to_writer(&mut output, &Line::from(&letter))
                    .map_err(io::Error::from)?;
                writeln!(output)?;
            }
        }
        InboxCommand::Show { id } => {
            let letters = inbox.dead_letters(Some(id), usize::MAX).await?;
            if letters.is_empty() {
                return Ok(unknown(id));
            }
            for letter in &letters {
                show(&mut output, letter)?;
            }
        }
        InboxCommand::Redrive { id } => {
            let redriven = inbox.redrive(id).await?;
            if redriven == 0 {
                return Ok(unknown(id));
            }
            let targets = plural(redriven, "target");
            writeln!(output, "{id} is sent again to {targets}")?;
        }
        InboxCommand::Purge => {
            let purged = plural(inbox.purge_dead_letters().await?, "dead letter");
            writeln!(output, "purged {purged}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn unknown(id: &str) -> ExitCode {
    eprintln!("there is no dead letter with the id {id:?}");
    ExitCode::from(UNKNOWN)
}

fn plural(count: u64, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    target: &'a str,
    event_type: Option<&'a str>,
    received_at: String,
    died_at: String,
    attempts: u32,
    last_status: Option<u16>,
    reason: &'a str,
}

impl<'a> From<&'a DeadLetter> for Line<'a> {
    fn from(letter: &'a DeadLetter) -> Self {
        Self {
            id: &letter.message_id,
            target: &letter.target,
            event_type: letter.event_type.as_deref(),
            received_at: time(letter.received_at).to_string(),
            died_at: time(letter.died_at).to_string(),
            attempts: letter.attempts,
            last_status: letter.last_status,
            reason: &letter.reason,
        }
    }
}

/// Whoever can write to the store must not write to a terminal.
fn show(output: &mut impl Write, letter: &DeadLetter) -> io::Result<()> {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "none".to_owned());
    let signed = letter.timestamp.map(Timestamp::unix_seconds);
    let signed = signed.map(|seconds| time(Duration::from_secs(seconds)).to_string());
    let status = letter.last_status.map(|status| status.to_string());
    let event_type = letter.event_type.as_deref();
    writeln!(output, "message id:  {}", plain(&letter.message_id))?;
    writeln!(output, "target:      {}", plain(&letter.target))?;
    writeln!(output, "endpoint:    {}", plain(&letter.endpoint))?;
    writeln!(output, "event type:  {}", or_none(event_type.map(plain)))?;
    writeln!(output, "signed:      {}", or_none(signed))?;
    writeln!(output, "received:    {}", time(letter.received_at))?;
    writeln!(output, "died:        {}", time(letter.died_at))?;
    writeln!(output, "attempts:    {}", letter.attempts)?;
    writeln!(output, "last status: {}", or_none(status))?;
    writeln!(output, "reason:      {}\n", plain(&letter.reason))
}

/// Without the characters that a terminal obeys.
fn plain(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

fn time(since_epoch: Duration) -> Rfc3339Timestamp {
    // Dates beyond the year 9999, which only a damaged store has, cannot be written.
    const LAST: Duration = Duration::from_secs(253_402_300_799);
    format_rfc3339_seconds(UNIX_EPOCH + since_epoch.min(LAST))
}

impl From<InboxError> for Failure {
    fn from(error: InboxError) -> Self {
        Self::Inbox(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
