//! What makes a delivery genuine.

use std::{fs, num::NonZeroUsize, time::Duration};

use tower_webhook::{Receiver, receiver::ReceiverBuilder};

use super::{
    provider::Sender,
    variable::{Unset, Variable, VariableError, variables},
};

variables! {
    SIGNING_SECRETS: Unset::Without("required, unless SIGNING_SECRETS_FILE is set"), "the signing secrets, public keys, certificates or key-id=secret, separated by commas";
    SIGNING_SECRETS_FILE: Unset::Without("no file"), "a file with them in place of SIGNING_SECRETS, one a line; PEM spans lines";
    TOLERANCE_SECS: Unset::Without("what the sender documents, else 300"), "how far a timestamp may be off, in seconds; over a day is for recorded requests only, and warned of";
    MAX_BODY_BYTES: Unset::Value("1048576"), "the largest body, in bytes";
    MAX_BYTES_IN_FLIGHT: Unset::Value("67108864"), "the most bytes of all bodies held at a time; more are answered 503";
    TOKEN_HEADER: Unset::Without("no token"), "a header that has to carry one of TOKENS";
    TOKENS: Unset::Without("no token"), "the tokens that are accepted, separated by commas";
}

/// Longer than this, a tolerance is for recorded requests only.
const LONGEST_SAFE_TOLERANCE: Duration = Duration::from_secs(24 * 60 * 60);

fn tolerance() -> Result<Option<Duration>, VariableError> {
    if TOLERANCE_SECS.text()?.is_none() {
        return Ok(None);
    }
    let seconds = TOLERANCE_SECS.parsed("is not a whole number of seconds")?;
    Ok(Some(Duration::from_secs(seconds)))
}

pub(super) fn warning() -> Result<Option<&'static str>, VariableError> {
    let is_long = tolerance()?.is_some_and(|tolerance| tolerance > LONGEST_SAFE_TOLERANCE);
    Ok(is_long.then_some(
        "OLD REQUESTS ARE ACCEPTED: TOLERANCE_SECS is more than a day, which is for recorded requests only",
    ))
}

/// Reads the secrets of a sender.
pub(super) fn secrets(sender: &Sender) -> Result<Vec<String>, VariableError> {
    match (SIGNING_SECRETS.text()?, SIGNING_SECRETS_FILE.text()?) {
        (Some(_), Some(_)) => Err(SIGNING_SECRETS_FILE.error("is set beside SIGNING_SECRETS")),
        // Standard Webhooks reads its lists itself: a comma can be a part of one secret, `v1,whsec_…`.
        (Some(text), None) if sender.scheme.name() == "standard-webhooks" => Ok(vec![text]),
        (Some(text), None) => Ok(text.split(',').flat_map(of_lines).collect()),
        (None, Some(path)) => {
            let text = fs::read_to_string(&path);
            let text =
                text.map_err(|error| SIGNING_SECRETS_FILE.error(format!("{path}: {error}")))?;
            let secrets = of_lines(&text);
            if secrets.is_empty() {
                return Err(SIGNING_SECRETS_FILE.error("has no secret"));
            }
            Ok(secrets)
        }
        (None, None) => {
            Err(SIGNING_SECRETS
                .error("is missing: set it to the signing secrets, separated by commas"))
        }
    }
}

/// The variable that has the secrets.
pub(super) fn of_the_secrets() -> Variable {
    match SIGNING_SECRETS_FILE.text() {
        Ok(Some(_)) => SIGNING_SECRETS_FILE,
        _ => SIGNING_SECRETS,
    }
}

/// One secret a line; a block of PEM is one.
fn of_lines(text: &str) -> Vec<String> {
    let mut secrets = Vec::new();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    while let Some(line) = lines.next() {
        let mut secret = line.to_owned();
        if line.starts_with("-----BEGIN ") {
            for line in lines.by_ref() {
                secret.push('\n');
                secret.push_str(line);
                if line.starts_with("-----END ") {
                    break;
                }
            }
        }
        secrets.push(secret);
    }
    secrets
}

pub(super) fn read(sender: &Sender, secrets: &[String]) -> Result<ReceiverBuilder, VariableError> {
    let max_body_bytes: NonZeroUsize = MAX_BODY_BYTES.parsed("is not a whole number of bytes")?;
    let in_flight: NonZeroUsize = MAX_BYTES_IN_FLIGHT.parsed("is not a whole number of bytes")?;
    if in_flight < max_body_bytes {
        return Err(MAX_BYTES_IN_FLIGHT.error("is less than MAX_BODY_BYTES"));
    }
    let mut builder = Receiver::builder(secrets)
        .scheme(sender.scheme.clone())
        .max_body_bytes(max_body_bytes.get())
        .max_bytes_in_flight(in_flight.get());
    if let Some(tolerance) = tolerance()? {
        builder = if tolerance > LONGEST_SAFE_TOLERANCE {
            builder.danger_tolerance(tolerance)
        } else {
            builder.tolerance(tolerance)
        };
    }
    match (TOKEN_HEADER.text()?, TOKENS.list()?) {
        (Some(name), Some(tokens)) => Ok(builder.header_token(&name, tokens)),
        (None, None) => Ok(builder),
        (Some(_), None) => Err(TOKENS.missing_beside(&TOKEN_HEADER)),
        (None, Some(_)) => Err(TOKEN_HEADER.missing_beside(&TOKENS)),
    }
}
