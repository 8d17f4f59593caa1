//! `tower-webhook describe`.

use std::{io::Write, process::ExitCode};

use clap::{Args, Subcommand};
use tower_webhook::voyado::{EventType, describe};

use crate::{failure::Failure, output};

/// The output is JSON in every case.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0; 2 for wrong arguments.")]
pub(crate) struct DescribeArgs {
    #[command(subcommand)]
    document: Document,

    /// Accepted by every command; here the output is JSON anyway
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Document {
    /// JSON Schema (2020-12) of the webhooks of one event type, or of all
    JsonSchema {
        /// The type, such as contact.created; default: all
        #[arg(value_name = "TYPE", value_parser = event_type)]
        event_type: Option<EventType>,
    },
    /// An OpenAPI 3.1 document with an item of `webhooks` for each event type
    Openapi,
    /// An AsyncAPI 3 document with a message for each event type
    Asyncapi,
}

pub(crate) fn run(args: &DescribeArgs) -> Result<ExitCode, Failure> {
    let described = match args.document {
        Document::JsonSchema {
            event_type: Some(event_type),
        } => describe::json_schema(event_type),
        Document::JsonSchema { event_type: None } => describe::json_schema_of_all(),
        Document::Openapi => describe::openapi(),
        Document::Asyncapi => describe::asyncapi(),
    };
    writeln!(output::stdout(), "{described:#}")?;
    Ok(ExitCode::SUCCESS)
}

fn event_type(text: &str) -> Result<EventType, String> {
    text.parse().map_err(|_| {
        let all = EventType::ALL.map(EventType::as_str).join(", ");
        format!("no such event type; one of: {all}")
    })
}
