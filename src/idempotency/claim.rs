use std::{fmt, time::Duration};

use sha2::{Digest, Sha256};

/// The outcome of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Claim {
    /// The key was free, or the claimant held it already. It now belongs to the claimant.
    Fresh,
    /// Another delivery of the same message holds the claim.
    InProgress {
        /// Time left on its lease.
        remaining: Duration,
    },
    /// The same message was handled before.
    Done,
    /// The key is in progress or done with another body: the sender has used one id for two messages.
    OtherBody,
    /// The store does not guard this key: the message is handled, and nothing is settled afterwards.
    Unguarded,
}

/// The outcome of a renewal, a completion or a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settlement {
    /// The store has made the change, or made it in an earlier attempt.
    Settled,
    /// The lease ran out in the meantime. Nothing was changed: the key may have another owner by now.
    NotOwner,
}

/// Identifies one claim among all others, so that a late owner cannot settle a key that has another owner by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OwnerToken(u128);

impl OwnerToken {
    /// A new token of 128 random bits.
    ///
    /// # Panics
    ///
    /// If the operating system supplies no random numbers, as `HashMap::new` does.
    pub fn random() -> Self {
        let mut number = [0; 16];
        getrandom::fill(&mut number).expect("the operating system supplies random numbers");
        Self(u128::from_le_bytes(number))
    }

    /// The token of this number. A caller gives each claim another number.
    pub const fn from_u128(number: u128) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

/// 32 hexadecimal digits, as a store in another process keeps it.
impl fmt::Display for OwnerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Identifies the body of a message, so that two bodies under one id are noticed.
///
/// It is the first half of the body's SHA-256, the same in every process and every version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BodyDigest(u128);

impl BodyDigest {
    /// The digest of a body.
    pub fn of(body: &[u8]) -> Self {
        let digest = Sha256::digest(body);
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        Self(u128::from_be_bytes(half))
    }

    /// The digest of this number, for a store that reads one back.
    pub const fn from_u128(number: u128) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

/// 32 hexadecimal digits: the beginning of the body's SHA-256.
impl fmt::Display for BodyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
