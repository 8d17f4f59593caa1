//! Why was it rejected? Causes that can be proven, each by undoing what it states.
//!
//! A tool of development, for the command line and for a console: it needs the whole body and hashes it some hundred
//! times, so it has no place on a stranger's request in production, and its findings never belong into a response. It shows
//! no secret, and no right signature that the request did not show already.

mod body_variants;
mod cause;
mod evidence;
mod explainer;
mod head_variants;
mod json_layout;
mod marks;
mod of_receiver;
mod search;
mod secret_variants;

pub use cause::{Cause, CauseKind};
pub use explainer::Explainer;

use std::{borrow::Cow, fmt};

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// What was checked, and why the request was rejected.
///
/// As JSON: `{"verdict", "causes": [{"cause", "proof", "cure"}], "checks": [{"check", "verdict", "detail"}]}`.
#[derive(Clone, Debug)]
pub struct Explanation {
    checks: Vec<Check>,
    causes: Vec<Cause>,
}

/// Whether a request would be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Every check passed.
    Verified,
    /// A check failed.
    Rejected,
}

/// One check of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    name: &'static str,
    outcome: Outcome,
    detail: Option<Cow<'static, str>>,
}

/// What became of a [`Check`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It does not apply, or an earlier one failed.
    Skipped,
}

impl Explanation {
    pub(super) fn new(checks: Vec<Check>, causes: Vec<Cause>) -> Self {
        Self { checks, causes }
    }

    /// Whether the request would be accepted.
    pub fn verdict(&self) -> Verdict {
        if self.causes.is_empty()
            && self
                .checks
                .iter()
                .all(|check| check.outcome != Outcome::Failed)
        {
            Verdict::Verified
        } else {
            Verdict::Rejected
        }
    }

    /// The checks, in their order.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The causes, the likeliest first; three at the most. [`CauseKind::Forged`] stands alone.
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    pub(super) fn with_first(mut self, mut checks: Vec<Check>) -> Self {
        checks.append(&mut self.checks);
        self.checks = checks;
        self
    }

    pub(super) fn put_first(&mut self, cause: Cause) {
        self.causes
            .retain(|other| other.kind() != CauseKind::Forged);
        self.causes.insert(0, cause);
    }

    pub(super) fn push(&mut self, check: Check, cause: Option<Cause>) {
        self.checks.push(check);
        self.causes.extend(cause);
    }
}

impl Check {
    pub(super) fn passed(name: &'static str) -> Self {
        Self {
            name,
            outcome: Outcome::Passed,
            detail: None,
        }
    }

    pub(super) fn failed(name: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name,
            outcome: Outcome::Failed,
            detail: Some(detail.into()),
        }
    }

    pub(super) fn skipped(name: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name,
            outcome: Outcome::Skipped,
            detail: Some(detail.into()),
        }
    }

    /// What was checked: `method`, `source_ip`, `header_token`, `signature`, `timestamp`, `event` …
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What became of it.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The facts, where there are any.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }
}

impl Verdict {
    /// `verified` or `rejected`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Rejected => "rejected",
        }
    }
}

impl Outcome {
    /// `passed`, `failed` or `skipped`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The verdict and the causes, a line each.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.verdict())?;
        for cause in &self.causes {
            write!(f, "\n{cause}")?;
        }
        Ok(())
    }
}

impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut explanation = serializer.serialize_struct("Explanation", 3)?;
        explanation.serialize_field("verdict", self.verdict().as_str())?;
        explanation.serialize_field("causes", &self.causes)?;
        explanation.serialize_field("checks", &self.checks)?;
        explanation.end()
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut cause = serializer.serialize_struct("Cause", 3)?;
        cause.serialize_field("cause", self.kind.as_str())?;
        cause.serialize_field("proof", &self.proof)?;
        cause.serialize_field("cure", self.cure())?;
        cause.end()
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut check = serializer.serialize_struct("Check", 3)?;
        check.serialize_field("check", self.name)?;
        check.serialize_field("verdict", self.outcome.as_str())?;
        check.serialize_field("detail", &self.detail)?;
        check.end()
    }
}
