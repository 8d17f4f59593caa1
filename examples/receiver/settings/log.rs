//! What is logged.

use tracing_subscriber::EnvFilter;

use super::variable::{Unset, Variable, VariableError, variables};

variables! {
    RUST_LOG: Unset::Value("info"), "what is logged: off, error, warn, info, debug, trace, or target=level,…";
}

pub(crate) struct Log {
    pub(crate) filter: EnvFilter,
}

pub(super) fn read() -> Result<Log, VariableError> {
    let filter = EnvFilter::builder().parse(RUST_LOG.required()?);
    Ok(Log {
        filter: filter.map_err(|error| RUST_LOG.error(error.to_string()))?,
    })
}
