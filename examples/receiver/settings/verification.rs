//! What makes a delivery genuine.

use std::{num::NonZeroUsize, time::Duration};

use tower_webhook::{Receiver, ReceiverBuilder};

use super::variable::{Unset, Variable, VariableError, variables};

variables! {
    SIGNING_SECRETS: Unset::Required, "the signing secrets, separated by commas";
    TOLERANCE_SECS: Unset::Value("300"), "how far a timestamp may be off, in seconds";
    MAX_BODY_BYTES: Unset::Value("1048576"), "the largest body, in bytes";
    MAX_BYTES_IN_FLIGHT: Unset::Value("67108864"), "the most bytes of all bodies held at a time; more are answered 503";
    TOKEN_HEADER: Unset::Without("no token"), "a header that has to carry one of TOKENS";
    TOKENS: Unset::Without("no token"), "the tokens that are accepted, separated by commas";
}

pub(super) fn read() -> Result<ReceiverBuilder, VariableError> {
    let secrets = SIGNING_SECRETS.text()?.ok_or_else(|| {
        SIGNING_SECRETS.error("is missing: set it to the signing secrets, separated by commas")
    })?;
    let tolerance = TOLERANCE_SECS.parsed("is not a whole number of seconds")?;
    let max_body_bytes: NonZeroUsize = MAX_BODY_BYTES.parsed("is not a whole number of bytes")?;
    let in_flight: NonZeroUsize = MAX_BYTES_IN_FLIGHT.parsed("is not a whole number of bytes")?;
    if in_flight < max_body_bytes {
        return Err(MAX_BYTES_IN_FLIGHT.error("is less than MAX_BODY_BYTES"));
    }
    let builder = Receiver::builder(secrets)
        .tolerance(Duration::from_secs(tolerance))
        .max_body_bytes(max_body_bytes.get())
        .max_bytes_in_flight(in_flight.get());
    match (TOKEN_HEADER.text()?, TOKENS.list()?) {
        (Some(name), Some(tokens)) => Ok(builder.header_token(&name, tokens)),
        (None, None) => Ok(builder),
        (Some(_), None) => Err(TOKENS.missing_beside(&TOKEN_HEADER)),
        (None, Some(_)) => Err(TOKEN_HEADER.missing_beside(&TOKENS)),
    }
}
