//! Calls at the same time have to come to what they could have come to one after another (linearizability: Herlihy and
//! Wing, 1990).

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use super::model::{Call, Model, Outcome};

/// Calls, what came of each, and which had ended when another began.
#[derive(Default)]
pub(super) struct History {
    // Of the standard library, so that the threads are not scheduled by it.
    time: AtomicUsize,
    calls: Mutex<Vec<Called>>,
}

#[derive(Clone, Copy, Debug)]
struct Called {
    call: Call,
    outcome: Outcome,
    began: usize,
    ended: usize,
}

impl History {
    pub(super) fn record(&self, call: Call, run: impl FnOnce() -> Outcome) {
        let began = self.time.fetch_add(1, Relaxed);
        let outcome = run();
        let ended = self.time.fetch_add(1, Relaxed);
        let called = Called {
            call,
            outcome,
            began,
            ended,
        };
        self.calls.lock().expect("no panic").push(called);
    }

    /// Panics unless the calls come to the same in some order, one after another, by `model`.
    pub(super) fn assert_explained_by(&self, model: &Model) {
        let calls = self.calls.lock().expect("no panic");
        assert!(
            is_explained(model, &calls),
            "no order explains these calls: {calls:#?}"
        );
    }
}

fn is_explained(model: &Model, calls: &[Called]) -> bool {
    // A call comes first only if no other had ended before it began.
    let first_end = calls.iter().map(|called| called.ended).min();
    let Some(first_end) = first_end else {
        return true;
    };
    (0..calls.len()).any(|first| {
        let called = calls[first];
        if called.began > first_end {
            return false;
        }
        let mut model = model.clone();
        let mut rest = calls.to_vec();
        rest.swap_remove(first);
        model.call(called.call) == called.outcome && is_explained(&model, &rest)
    })
}
