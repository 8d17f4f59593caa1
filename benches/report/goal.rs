use std::fmt;

/// One figure and what it has to be.
pub(crate) struct Goal {
    /// As `docs/performance.md` numbers them.
    pub(crate) id: &'static str,
    pub(crate) what: String,
    pub(crate) figure: Figure,
    pub(crate) bound: Bound,
    /// Why it is as it is, for a goal that is not reached.
    pub(crate) reason: &'static str,
}

#[derive(Clone, Copy)]
pub(crate) enum Figure {
    Ratio(f64),
    Nanoseconds(f64),
    Microseconds(f64),
    Crates(usize),
    /// An exact count that a test asserts.
    Test {
        passed: bool,
    },
    /// The same, but with exceptions.
    TestWithExceptions {
        passed: bool,
    },
    NotMeasured(&'static str),
}

#[derive(Clone, Copy)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
    /// What the test asserts.
    Exact,
}

/// What is known of a goal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    Yes,
    No,
    Unknown,
}

impl Goal {
    pub(crate) fn new(
        id: &'static str,
        what: impl Into<String>,
        figure: Figure,
        bound: Bound,
    ) -> Self {
        Self {
            id,
            what: what.into(),
            figure,
            bound,
            reason: "",
        }
    }

    /// What stands in the way of it.
    pub(crate) fn because(mut self, reason: &'static str) -> Self {
        self.reason = reason;
        self
    }

    pub(crate) fn reached(&self) -> Reached {
        #[expect(clippy::cast_precision_loss, reason = "there are not 2^53 crates")]
        let figure = match self.figure {
            Figure::Ratio(figure) | Figure::Nanoseconds(figure) | Figure::Microseconds(figure) => {
                figure
            }
            Figure::Crates(count) => count as f64,
            Figure::Test { passed: true } => return Reached::Yes,
            Figure::Test { passed: false } | Figure::TestWithExceptions { .. } => {
                return Reached::No;
            }
            Figure::NotMeasured(_) => return Reached::Unknown,
        };
        let is_reached = match self.bound {
            Bound::AtMost(most) => figure <= most,
            Bound::AtLeast(least) => figure >= least,
            Bound::Exact => false,
        };
        if is_reached {
            Reached::Yes
        } else {
            Reached::No
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ratio(ratio) => write!(f, "{ratio:.3} ×"),
            Self::Nanoseconds(nanoseconds) => write!(f, "{nanoseconds:.0} ns"),
            Self::Microseconds(microseconds) => write!(f, "{microseconds:.1} µs"),
            Self::Crates(count) => write!(f, "{count}"),
            Self::Test { passed: true } => f.write_str("asserted"),
            Self::TestWithExceptions { passed: true } => f.write_str("asserted, with exceptions"),
            Self::Test { passed: false } | Self::TestWithExceptions { passed: false } => {
                f.write_str("test failed")
            }
            Self::NotMeasured(why) => write!(f, "not measured: {why}"),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "≤ {most}"),
            Self::AtLeast(least) => write!(f, "≥ {least}"),
            Self::Exact => f.write_str("exact"),
        }
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Yes => "yes",
            Self::No => "**no**",
            Self::Unknown => "–",
        })
    }
}
