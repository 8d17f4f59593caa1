//! What is logged.

use tracing_subscriber::EnvFilter;

use super::variable::{Unset, Variable, VariableError, variables};

variables! {
    RUST_LOG: Unset::Value("info"), "what is logged: off, error, warn, info, debug, trace, or target=level,…";
    EXPLAIN: Unset::Value("false"), "true logs why a request is rejected, at most one a second: for development";
}

pub(crate) struct Log {
    pub(crate) filter: EnvFilter,
    /// Whether rejections are explained.
    pub(crate) explain: bool,
}

pub(super) fn read() -> Result<Log, VariableError> {
    let filter = EnvFilter::builder().parse(RUST_LOG.required()?);
    Ok(Log {
        explain: EXPLAIN.parsed("is neither `true` nor `false`")?,
        filter: filter.map_err(|error| RUST_LOG.error(error.to_string()))?,
    })
}
