//! One environment variable: its name, its default, what it means, and how it is read.

use std::{
    env::{self, VarError},
    error::Error,
    fmt,
    str::FromStr,
};

/// A row of the table that `--help` prints. What is declared here is what is read.
#[derive(Clone, Copy)]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    pub(crate) default: Unset,
    pub(crate) meaning: &'static str,
}

/// What holds for a variable that is not set.
#[derive(Clone, Copy)]
pub(crate) enum Unset {
    /// It is as if it had this value.
    Value(&'static str),
    /// It has no value; the text tells the table what that means.
    Without(&'static str),
}

/// Declares variables as constants, and `VARIABLES`, the rows of this topic.
macro_rules! variables {
    ($($name:ident: $default:expr, $meaning:literal;)+) => {
        $(
            pub(super) const $name: Variable = Variable {
                name: stringify!($name),
                default: $default,
                meaning: $meaning,
            };
        )+
        pub(super) const VARIABLES: &[Variable] = &[$($name),+];
    };
}
pub(super) use variables;

impl Variable {
    /// The text, without white space around it. A variable that is empty counts as not set.
    pub(crate) fn text(&self) -> Result<Option<String>, VariableError> {
        let text = match env::var(self.name) {
            Ok(text) => text.trim().to_owned(),
            Err(VarError::NotPresent) => String::new(),
            Err(VarError::NotUnicode(_)) => return Err(self.error("is not UTF-8")),
        };
        Ok(match self.default {
            _ if !text.is_empty() => Some(text),
            Unset::Value(default) => Some(default.to_owned()),
            Unset::Without(_) => None,
        })
    }

    /// The texts between the commas.
    pub(crate) fn list(&self) -> Result<Option<Vec<String>>, VariableError> {
        let list = self.text()?.map(|text| {
            let entries = text.split(',').map(str::trim);
            entries.map(str::to_owned).collect()
        });
        Ok(list)
    }

    /// The text of a variable that has a default.
    pub(crate) fn required(&self) -> Result<String, VariableError> {
        self.text()?.ok_or_else(|| self.error("is missing"))
    }

    /// The parsed value of a variable that has a default or is set; `mistake` says what is wrong with any other.
    pub(crate) fn parsed<T: FromStr>(&self, mistake: &'static str) -> Result<T, VariableError> {
        self.required()?.parse().map_err(|_| self.error(mistake))
    }

    /// What is wrong with this variable.
    pub(crate) fn error(&self, mistake: impl Into<String>) -> VariableError {
        VariableError {
            variable: self.name,
            mistake: mistake.into(),
        }
    }

    /// That `self` is missing, which `other` needs.
    pub(crate) fn missing_beside(&self, other: &Self) -> VariableError {
        self.error(format!("is missing beside {}", other.name))
    }
}

/// A variable that is missing or wrong. It says what is wrong with the value, never the value of a secret.
#[derive(Debug)]
pub(crate) struct VariableError {
    variable: &'static str,
    mistake: String,
}

impl fmt::Display for VariableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.mistake)
    }
}

impl Error for VariableError {}
