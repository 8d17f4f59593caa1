use std::{error::Error, fmt, time::Duration};

/// What a store says to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Claim {
    /// The key was free and is now the claimant's.
    Fresh(OwnerToken),
    /// Somebody else is at it.
    InProgress {
        /// How long their lease still is.
        remaining: Duration,
    },
    /// It was handled before.
    Done,
    /// The store does not guard this key: the message is handled, and there will be nothing to settle.
    Unguarded,
}

/// What a store says to an owner who completes or releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settlement {
    /// It is done, or free again.
    Settled,
    /// The lease ran out in the meantime. Nothing was changed: the key may have another owner by now.
    NotOwner,
}

/// Tells one claim from every other, so that a late owner cannot settle what is somebody else's by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OwnerToken(u128);

impl OwnerToken {
    /// A token from a number that the store gives to no other claim.
    pub const fn from_u128(number: u128) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

/// A store could not answer. It names the reason and nothing of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreError {
    kind: StoreErrorKind,
}

/// The reasons of a [`StoreError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// It cannot be reached, or answers with an error.
    Unavailable,
    /// It did not answer in time.
    TimedOut,
    /// It has no room for another key.
    Full,
}

impl StoreError {
    /// An error of this kind.
    pub fn new(kind: StoreErrorKind) -> Self {
        Self { kind }
    }

    /// The reason.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the idempotency store {}", self.kind)
    }
}

impl fmt::Display for StoreErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable => "is unavailable",
            Self::TimedOut => "did not answer in time",
            Self::Full => "is full",
        })
    }
}

impl Error for StoreError {}
