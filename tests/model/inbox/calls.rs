//! What is called, and what comes of it.

use std::time::Duration;

use tower_webhook::inbox::{Accepted, Settled};

/// What is called. Claims are known by the order in which their tasks were claimed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Call {
    Accept {
        id: usize,
        body: u8,
    },
    Claim {
        target: usize,
        limit: usize,
    },
    Renew {
        claim: usize,
    },
    Settle {
        claim: usize,
        fate: Ending,
    },
    Redrive {
        id: usize,
    },
    Purge,
    Sweep,
    /// At the dead letters and at what is counted.
    Look,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    Done,
    Retry,
    Dead,
    Returned,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    Accepted(Accepted),
    Claimed {
        tasks: Vec<ClaimedTask>,
        next_in: Option<Duration>,
    },
    Settled(Settled),
    Count(u64),
    Swept {
        requests: u64,
        ids: u64,
    },
    Seen {
        dead: Vec<Dead>,
        /// Target, how many wait, and how many are dead.
        open: Vec<(String, u64, u64)>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClaimedTask {
    pub(crate) id: usize,
    pub(crate) body: u8,
    pub(crate) failed_attempts: u32,
    pub(crate) lost_leases: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dead {
    pub(crate) id: usize,
    pub(crate) target: String,
    pub(crate) received_at: Duration,
    pub(crate) died_at: Duration,
    pub(crate) attempts: u32,
}

/// Messages of one key are handled one after another. Some ids have none.
pub(crate) fn order_key(id: usize) -> Option<&'static str> {
    ["contact-1", "contact-1", "contact-1", "contact-2"]
        .get(id)
        .copied()
}
