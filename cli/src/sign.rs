//! `tower-webhook sign`.

use std::{io::Write, path::PathBuf, process::ExitCode};

use bytes::Bytes;
use clap::Args;
use http::Request;
use serde_json::{Map, Value};
use tower_webhook::{Timestamp, testing::Signer};

use crate::{
    failure::Failure,
    input, output,
    provider::{ProviderArgs, SecretArgs},
    time,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Where the signature stands in the body (Adyen, Mailgun) or in the query (Twilio), the body or the query that was made follows \
the headers.

Exit codes: 0; 2 if the sender's scheme cannot sign with this secret, or the arguments are wrong.")]
pub(crate) struct SignArgs {
    #[command(flatten)]
    provider: ProviderArgs,

    /// The body; - for standard input
    #[arg(default_value = "-")]
    file: PathBuf,

    #[command(flatten)]
    secret: SecretArgs,

    /// The id of the message
    #[arg(long, default_value = "msg_1")]
    id: String,

    /// The time of the signature: seconds since 1970, or RFC 3339; default: now
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    at: Option<Timestamp>,

    /// Print JSON: {"headers": {…}}, with "body" and "query" where signing changed them
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &SignArgs) -> Result<ExitCode, Failure> {
    let scheme = args.provider.scheme_at("/")?;
    if args.provider.needs_url()? {
        return Err(Failure(format!(
            "--provider {}: the scheme signs the URL: give --public-url",
            args.provider.provider
        )));
    }
    let signer = Signer::for_scheme(scheme, args.secret.first()?)?
        .header_family(args.provider.header_family());
    let body = Bytes::from(input::read(&args.file)?);
    let mut request = Request::new(body.clone());
    *request.method_mut() = http::Method::POST;
    signer.sign(&mut request, &args.id, args.at.unwrap_or_else(time::now))?;

    let headers = request.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let changed_body = (*request.body() != body).then(|| String::from_utf8_lossy(request.body()));
    let query = request.uri().query();
    let mut out = output::stdout();
    if args.json {
        let headers: Map<String, Value> =
            headers.map(|(name, value)| (name, value.into())).collect();
        let mut signed = Map::from_iter([("headers".to_owned(), Value::Object(headers))]);
        if let Some(body) = changed_body {
            signed.insert("body".to_owned(), body.into());
        }
        if let Some(query) = query {
            signed.insert("query".to_owned(), query.into());
        }
        writeln!(out, "{}", Value::Object(signed))?;
        return Ok(ExitCode::SUCCESS);
    }
    for (name, value) in headers {
        writeln!(out, "{name}: {value}")?;
    }
    if let Some(query) = query {
        writeln!(out, "\n?{query}")?;
    }
    if let Some(body) = changed_body {
        writeln!(out, "\n{body}")?;
    }
    Ok(ExitCode::SUCCESS)
}
