//! Calls whose requests are dropped midway.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use super::subject::{BODY, LONG, SHORT, Subject};
use crate::idempotency::{Claim, IdempotencyStore, OwnerToken};

/// A future is dropped after each number of polls up to this, unless it is ready before.
const MOST_POLLS: usize = 8;

pub(super) async fn check<I, T, W>(subject: &Subject<'_, I, T>)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    for polls in 0..=MOST_POLLS {
        // Time passes before it is dropped, or not: a response may have arrived by then that nobody has read.
        for pause in [Duration::ZERO, SHORT / 10] {
            let midway = Midway { polls, pause };
            a_claim_is_nobodys(subject, &midway).await;
            a_claim_of_anothers_key_leaves_it(subject, &midway).await;
            a_settlement_is_carried_out(subject, &midway).await;
        }
    }
}

struct Midway {
    polls: usize,
    /// After each poll.
    pause: Duration,
}

impl Midway {
    /// Polls a future so many times, and drops it. Returns its output if it came to one.
    async fn drop<I, T, W, F>(&self, subject: &Subject<'_, I, T>, future: F) -> Option<F::Output>
    where
        I: IdempotencyStore,
        T: Fn(Duration) -> W,
        W: Future<Output = ()>,
        F: Future,
    {
        let mut future = pin!(future);
        for _ in 0..self.polls {
            let polled = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
            if let Poll::Ready(output) = polled {
                return Some(output);
            }
            subject.wait(self.pause).await;
        }
        None
    }

    fn id(&self, what: &str) -> String {
        let Self { polls, pause } = self;
        format!("{what}-{polls}-{}", pause.as_millis())
    }
}

async fn a_claim_is_nobodys<I, T, W>(subject: &Subject<'_, I, T>, midway: &Midway)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    let key = subject.key(&midway.id("claim-dropped"));
    let owner = OwnerToken::random();
    let claiming = subject.store.claim(&key, owner, BODY, LONG);
    match midway.drop(subject, claiming).await {
        None => subject.assert_free_in_time(&key).await,
        Some(claim) => {
            let claim = claim.expect("a response to a claim");
            assert_eq!(claim, Claim::Fresh, "{key} is free");
            // What was read is held, whatever became of the future.
            subject.wait(midway.pause).await;
            subject.assert_in_progress(&key).await;
        }
    }
}

async fn a_claim_of_anothers_key_leaves_it<I, T, W>(subject: &Subject<'_, I, T>, midway: &Midway)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    let key = subject.key(&midway.id("anothers"));
    let owner = subject.claim_fresh(&key, LONG).await;
    let claiming = subject.store.claim(&key, OwnerToken::random(), BODY, LONG);
    midway.drop(subject, claiming).await;
    subject.wait(midway.pause).await;
    subject.assert_in_progress(&key).await;
    subject.complete(&key, owner, LONG).await;
    let claiming = subject.store.claim(&key, OwnerToken::random(), BODY, LONG);
    midway.drop(subject, claiming).await;
    subject.wait(midway.pause).await;
    subject.assert_done(&key).await;
}

async fn a_settlement_is_carried_out<I, T, W>(subject: &Subject<'_, I, T>, midway: &Midway)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    let key = subject.key(&midway.id("release-dropped"));
    let owner = subject.claim_fresh(&key, LONG).await;
    midway
        .drop(subject, subject.store.release(&key, owner))
        .await;
    subject.assert_free_in_time(&key).await;

    let key = subject.key(&midway.id("completion-dropped"));
    let owner = subject.claim_fresh(&key, LONG).await;
    let completing = subject.store.complete(&key, owner, BODY, LONG);
    midway.drop(subject, completing).await;
    let claim = subject.once_not_in_progress(&key).await;
    assert_eq!(claim, Claim::Done, "{key} is done in time");

    // To a shorter lease, so that it is seen.
    let key = subject.key(&midway.id("renewal-dropped"));
    let owner = subject.claim_fresh(&key, LONG).await;
    let renewing = subject.store.renew(&key, owner, SHORT / 10);
    midway.drop(subject, renewing).await;
    subject.assert_free_in_time(&key).await;
}
