//! `tower-webhook sign`.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use serde_json::{Map, Value};
use tower_webhook::{Timestamp, testing::Signer};

use crate::{
    explain::{read, time},
    failure::Failure,
    provider::ProviderArgs,
};

#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    #[command(flatten)]
    provider: ProviderArgs,

    /// The body; - for standard input
    #[arg(default_value = "-")]
    file: PathBuf,

    /// The secret to sign with
    #[arg(long, env = "SIGNING_SECRET", hide_env_values = true)]
    secret: String,

    /// The id of the message
    #[arg(long, default_value = "msg_1")]
    id: String,

    /// The time of the signature: seconds since 1970, or RFC 3339; default: now
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,

    /// Print JSON: an object of the headers
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &SignArgs) -> Result<ExitCode, Failure> {
    let signer = Signer::for_scheme(args.provider.scheme()?, args.secret.as_str())?;
    let body = read(&args.file)?;
    let at = args.at.unwrap_or_else(Timestamp::now);
    let request = signer.request(&args.id, at, body);
    let mut out = io::stdout().lock();
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    if args.json {
        let headers: Map<String, Value> = headers.map(|(name, value)| (name, value.into())).collect();
        writeln!(out, "{}", Value::Object(headers))?;
    } else {
        for (name, value) in headers {
            writeln!(out, "{name}: {value}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
