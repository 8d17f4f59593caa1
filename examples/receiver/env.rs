//! Reading environment variables, with mistakes that name the variable and never its value.

use std::{
    env::{self, VarError},
    error::Error,
    fmt,
    str::FromStr,
};

/// The text of a variable; one that is empty counts as not set.
pub(crate) fn text(variable: &'static str) -> Result<Option<String>, VariableError> {
    match env::var(variable) {
        Ok(text) if text.trim().is_empty() => Ok(None),
        Ok(text) => Ok(Some(text)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(VariableError::new(variable, "is not UTF-8")),
    }
}

/// The texts between the commas of a variable.
pub(crate) fn list(variable: &'static str) -> Result<Option<Vec<String>>, VariableError> {
    let list = text(variable)?.map(|text| {
        let entries = text.split(',').map(str::trim);
        entries.map(str::to_owned).collect()
    });
    Ok(list)
}

/// A variable that is parsed; `mistake` says what it should have been.
pub(crate) fn parsed<T: FromStr>(
    variable: &'static str,
    mistake: &'static str,
) -> Result<Option<T>, VariableError> {
    text(variable)?
        .map(|text| text.trim().parse())
        .transpose()
        .map_err(|_| VariableError::new(variable, mistake))
}

/// A variable that is missing or wrong. It says what is wrong with the value, never the value.
#[derive(Debug)]
pub(crate) struct VariableError {
    variable: &'static str,
    mistake: String,
}

impl VariableError {
    pub(crate) fn new(variable: &'static str, mistake: impl Into<String>) -> Self {
        Self {
            variable,
            mistake: mistake.into(),
        }
    }
}

impl fmt::Display for VariableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.mistake)
    }
}

impl Error for VariableError {}
