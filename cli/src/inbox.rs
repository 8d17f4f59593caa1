//! `tower-webhook inbox`.

use std::{
    io::{self, Write},
    num::NonZeroUsize,
    path::Path,
    process::ExitCode,
    sync::Arc,
    time::{Duration, SystemTime},
};

use clap::{Args, Subcommand};
use comfy_table::{Table, presets::NOTHING};
use humantime::format_rfc3339_seconds;
use serde_json::{Value, json};
use tower_webhook::{
    Timestamp,
    inbox::{DeadLetter, Inbox, SqliteInbox},
};
use tower_webhook_postgres::PgInbox;

use crate::{failure::Failure, output, runtime};

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0; 1 for an id of which there is no dead letter; 2 if the inbox cannot be opened, or the arguments are wrong.")]
pub(crate) struct InboxArgs {
    /// The inbox: sqlite:PATH or postgres://…
    #[arg(
        long,
        env = "INBOX_URL",
        hide_env_values = true,
        global = true,
        value_name = "URL"
    )]
    inbox_url: Option<String>,

    /// Print JSON
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: InboxCommand,
}

#[derive(Debug, Subcommand)]
enum InboxCommand {
    /// List the dead letters, those that died first at the front
    List {
        /// How many at the most
        #[arg(long, default_value = "1000")]
        limit: NonZeroUsize,
    },
    /// Show the dead letters of one message: the reason and the last status of each target
    Show {
        /// The id of the message
        id: String,
    },
    /// Send a message again to the targets at which it is dead
    Redrive {
        /// The id of the message
        id: String,
    },
    /// Delete all dead letters; their ids are kept, and what waits is not touched
    Purge,
}

pub(crate) fn run(args: &InboxArgs) -> Result<ExitCode, Failure> {
    let url = args.inbox_url.as_deref();
    let url = url.ok_or("no inbox is given: --inbox-url or INBOX_URL")?;
    runtime::new()?.block_on(async {
        let inbox = open(url).await?;
        manage(args, &*inbox).await
    })
}

async fn open(url: &str) -> Result<Arc<dyn Inbox>, Failure> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = Path::new(path.strip_prefix("//").unwrap_or(path));
        // Opening makes the file; here it would hide a wrong path.
        if !path.is_file() {
            return Err(Failure(format!("there is no inbox at {}", path.display())));
        }
        let inbox = SqliteInbox::open(path);
        let inbox = inbox.map_err(|error| Failure(format!("{}: {error}", path.display())))?;
        return Ok(Arc::new(inbox));
    }
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err("--inbox-url (or INBOX_URL) is neither sqlite:PATH nor postgres://…".into());
    }
    // The tables are not made here: in a wrong database they are missing, and that is the message.
    Ok(Arc::new(PgInbox::connect(url).await?))
}

async fn manage(args: &InboxArgs, inbox: &dyn Inbox) -> Result<ExitCode, Failure> {
    let mut out = output::stdout();
    match &args.command {
        InboxCommand::List { limit } => {
            let letters = inbox.dead_letters(None, limit.get()).await?;
            if args.json {
                let letters: Vec<_> = letters.iter().map(to_json).collect();
                writeln!(out, "{}", Value::from(letters))?;
            } else if letters.is_empty() {
                writeln!(out, "no dead letters")?;
            } else {
                writeln!(out, "{}", table(&letters))?;
            }
        }
        InboxCommand::Show { id } => {
            let letters = inbox.dead_letters(Some(id), 1000).await?;
            if letters.is_empty() {
                return Ok(unknown(id));
            }
            if args.json {
                let letters: Vec<_> = letters.iter().map(to_json).collect();
                writeln!(out, "{}", Value::from(letters))?;
            } else {
                for letter in &letters {
                    show(&mut out, letter)?;
                }
            }
        }
        InboxCommand::Redrive { id } => {
            let targets = inbox.redrive(id).await?;
            if targets == 0 {
                return Ok(unknown(id));
            }
            if args.json {
                writeln!(out, "{}", json!({ "id": id, "redriven": targets }))?;
            } else {
                writeln!(out, "{id}: {targets} redriven")?;
            }
        }
        InboxCommand::Purge => {
            let purged = inbox.purge_dead_letters().await?;
            if args.json {
                writeln!(out, "{}", json!({ "purged": purged }))?;
            } else {
                writeln!(out, "{purged} purged")?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn unknown(id: &str) -> ExitCode {
    eprintln!("tower-webhook: there is no dead letter of `{id}`");
    ExitCode::FAILURE
}

fn to_json(letter: &DeadLetter) -> Value {
    json!({
        "id": letter.message_id,
        "endpoint": letter.endpoint,
        "tenant": letter.tenant,
        "target": letter.target,
        "event_type": letter.event_type,
        "timestamp": letter.timestamp.map(Timestamp::unix_seconds),
        "received_at": rfc3339(letter.received_at),
        "died_at": rfc3339(letter.died_at),
        "attempts": letter.attempts,
        "last_status": letter.last_status,
        "reason": letter.reason,
    })
}

fn table(letters: &[DeadLetter]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header([
        "ID", "TARGET", "TYPE", "DIED", "ATTEMPTS", "STATUS", "REASON",
    ]);
    for letter in letters {
        table.add_row([
            printable(&letter.message_id),
            printable(&letter.target),
            printable(letter.event_type.as_deref().unwrap_or("-")),
            rfc3339(letter.died_at),
            letter.attempts.to_string(),
            status(letter),
            printable(&letter.reason),
        ]);
    }
    table
}

fn show(out: &mut impl Write, letter: &DeadLetter) -> io::Result<()> {
    writeln!(out, "id:          {}", printable(&letter.message_id))?;
    writeln!(out, "endpoint:    {}", printable(&letter.endpoint))?;
    if !letter.tenant.is_empty() {
        writeln!(out, "tenant:      {}", printable(&letter.tenant))?;
    }
    writeln!(out, "target:      {}", printable(&letter.target))?;
    let event_type = letter.event_type.as_deref().unwrap_or("-");
    writeln!(out, "type:        {}", printable(event_type))?;
    writeln!(out, "received:    {}", rfc3339(letter.received_at))?;
    writeln!(out, "died:        {}", rfc3339(letter.died_at))?;
    writeln!(out, "attempts:    {}", letter.attempts)?;
    writeln!(out, "last status: {}", status(letter))?;
    writeln!(out, "reason:      {}", printable(&letter.reason))?;
    writeln!(out)
}

fn status(letter: &DeadLetter) -> String {
    let status = letter.last_status.map(|status| status.to_string());
    status.unwrap_or_else(|| "-".to_owned())
}

/// Since the Unix epoch.
fn rfc3339(time: Duration) -> String {
    // Dates beyond the year 9999, which only a damaged store has, cannot be written.
    const LAST: Duration = Duration::from_secs(253_402_300_799);
    format_rfc3339_seconds(SystemTime::UNIX_EPOCH + time.min(LAST)).to_string()
}

/// Nothing that was stored may move the cursor of a terminal.
pub(crate) fn printable(text: &str) -> String {
    let text = text.chars();
    text.map(|char| if char.is_control() { '\u{fffd}' } else { char })
        .collect()
}
