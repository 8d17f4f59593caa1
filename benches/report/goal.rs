use std::fmt;

/// One figure and what it has to be.
pub(crate) struct Goal {
    /// As `docs/performance.md` numbers them.
    pub(crate) id: &'static str,
    pub(crate) what: String,
    pub(crate) figure: Figure,
    pub(crate) bound: Bound,
}

#[derive(Clone, Copy)]
pub(crate) enum Figure {
    Ratio(f64),
    Nanoseconds(f64),
    Crates(usize),
    /// An exact count that a test asserts.
    Test {
        passed: bool,
    },
}

#[derive(Clone, Copy)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
    /// What the test asserts.
    Exact,
}

impl Goal {
    pub(crate) fn ratio(
        id: &'static str,
        what: impl Into<String>,
        ratio: f64,
        bound: Bound,
    ) -> Self {
        Self {
            id,
            what: what.into(),
            figure: Figure::Ratio(ratio),
            bound,
        }
    }

    pub(crate) fn nanoseconds(
        id: &'static str,
        what: impl Into<String>,
        nanoseconds: f64,
        bound: Bound,
    ) -> Self {
        Self {
            id,
            what: what.into(),
            figure: Figure::Nanoseconds(nanoseconds),
            bound,
        }
    }

    pub(crate) fn is_reached(&self) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "there are not 2^53 crates")]
        let figure = match self.figure {
            Figure::Ratio(figure) | Figure::Nanoseconds(figure) => figure,
            Figure::Crates(count) => count as f64,
            Figure::Test { passed } => return passed,
        };
        match self.bound {
            Bound::AtMost(most) => figure <= most,
            Bound::AtLeast(least) => figure >= least,
            Bound::Exact => false,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ratio(ratio) => write!(f, "{ratio:.3} ×"),
            Self::Nanoseconds(nanoseconds) => write!(f, "{nanoseconds:.0} ns"),
            Self::Crates(count) => write!(f, "{count}"),
            Self::Test { passed: true } => f.write_str("asserted"),
            Self::Test { passed: false } => f.write_str("test failed"),
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
