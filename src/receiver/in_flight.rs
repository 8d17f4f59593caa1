//! The bytes of bodies that are held at once.

use std::sync::Arc;

use crate::message::concurrency::sync::atomic::{AtomicUsize, Ordering};

/// A budget that all requests of a receiver share, so that unauthenticated clients cannot fill the memory over many
/// connections or streams.
#[derive(Debug)]
pub(crate) struct BytesInFlight {
    limit: usize,
    held: AtomicUsize,
}

impl BytesInFlight {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            held: AtomicUsize::new(0),
        })
    }

    /// A share of the budget for one request, with nothing in it yet.
    pub(crate) fn share(self: &Arc<Self>) -> Share {
        Share {
            budget: Arc::clone(self),
            held: 0,
        }
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }
}

/// What one request holds of the budget, until it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Arc<BytesInFlight>,
    held: usize,
}

impl Share {
    /// Takes `bytes` more, unless that exceeds the limit, which is the error.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), usize> {
        let limit = self.budget.limit();
        let taken = self
            .budget
            .held
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
                held.checked_add(bytes).filter(|held| *held <= limit)
            });
        taken.map_err(|_| limit)?;
        self.held += bytes;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(self.held, Ordering::Relaxed);
    }
}

#[cfg(test)]
#[path = "../../tests/interleavings/bytes_in_flight.rs"]
mod interleavings;
