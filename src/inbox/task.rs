use std::{sync::Arc, time::Duration};

use super::StoredRequest;
use crate::idempotency::OwnerToken;

/// What became of a request that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Accepted {
    /// It is on disk now.
    Stored,
    /// Its message was stored before, with the same body.
    Duplicate,
    /// Another body was stored before under the same id. This one is not stored.
    OtherBody,
}

/// Which tasks to claim.
#[derive(Clone, Copy, Debug)]
pub struct DueTasks<'a> {
    /// The endpoint that accepted them.
    pub endpoint: &'a str,
    /// The target that they are for.
    pub target: &'a str,
    /// Stands for this claim alone.
    pub owner: OwnerToken,
    /// How many at most.
    pub limit: usize,
    /// How long they are the owner's, unless renewed.
    pub lease: Duration,
}

/// What a claim returned.
#[derive(Debug, Default)]
pub struct Claims {
    /// The tasks that are the owner's now.
    pub claimed: Vec<Claimed>,
    /// When the next one is due, if fewer than the limit were due and any is open: zero or more from now.
    pub next_in: Option<Duration>,
}

/// A task that was claimed.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// What renews and settles it.
    pub key: TaskKey,
    /// The request.
    pub request: StoredRequest,
    /// How many attempts have failed so far.
    pub failed_attempts: u32,
    /// How many claims ended without being settled: their process was killed, or lost the store.
    pub lost_leases: u32,
}

/// A claimed task and its owner.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TaskKey {
    /// The store's number of the message.
    pub message: i64,
    /// The target.
    pub target: Arc<str>,
    /// Who claimed it.
    pub owner: OwnerToken,
}

/// How a claim ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The target succeeded.
    Done {
        /// The status of its response.
        status: u16,
    },
    /// The attempt failed, and another is due later.
    Retry {
        /// How long from now.
        after: Duration,
        /// Why.
        failure: Failure,
    },
    /// The attempt failed, and none is to follow.
    Dead(Failure),
    /// It was not attempted, and is due at once: the worker stops.
    Returned,
}

/// Why an attempt failed, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The status of the target's response, if there was one.
    pub status: Option<u16>,
    /// In words.
    pub reason: String,
}

/// The store's reply to an owner who renews or settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settled {
    /// It is so.
    Settled,
    /// The task has another owner by now, or was settled before. Nothing was changed.
    NotOwner,
}
