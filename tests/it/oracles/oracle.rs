//! Who is asked, and what the answer is.

use std::fmt;

use super::sent::Sent;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Language {
    Rust,
    Python,
    JavaScript,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Package {
    Svix,
    StandardWebhooks,
}

impl Package {
    pub(super) const BOTH: [Self; 2] = [Self::Svix, Self::StandardWebhooks];

    /// Its name in every registry.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Svix => "svix",
            Self::StandardWebhooks => "standardwebhooks",
        }
    }
}

/// One package in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    pub(super) language: Language,
    pub(super) package: Package,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {:?}", self.package.name(), self.language)
    }
}

/// Accepted, or the class of the error that refuses the request.
pub(super) type Verdict = Result<(), String>;

/// A library that no one here wrote.
pub(super) trait Oracle: Send {
    fn identity(&self) -> Identity;

    /// One verdict for each request. With several secrets a request is accepted if one of them accepts it.
    fn verdicts(&mut self, requests: &[&Sent]) -> Vec<Verdict>;
}
