//! Calls at the same time.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use super::subject::{BODY, LONG, SHORT, Subject};
use crate::idempotency::{Claim, IdempotencyStore, OwnerToken, Settlement};

/// How many claims there are at a time.
const CLAIMANTS: usize = 8;
/// How often those checks are repeated that a race could pass by chance.
const ROUNDS: usize = 5;

pub(super) async fn check<I, T, W>(subject: &Subject<'_, I, T>)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    for round in 0..ROUNDS {
        of_many_claims_one_is_fresh(subject, round).await;
        a_late_completion_and_a_claim_do_not_both_succeed(subject, round).await;
    }
}

async fn of_many_claims_one_is_fresh<I, T, W>(subject: &Subject<'_, I, T>, round: usize)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    let key = subject.key(&format!("together-{round}"));
    let claims = (0..CLAIMANTS)
        .map(|_| subject.store.claim(&key, OwnerToken::random(), BODY, LONG))
        .collect();
    let claims: Vec<_> = all(claims).await;
    let claims: Result<Vec<_>, _> = claims.into_iter().collect();
    let claims = claims.expect("responses to claims");
    let fresh = claims
        .iter()
        .filter(|claim| **claim == Claim::Fresh)
        .count();
    assert_eq!(fresh, 1, "one claim of {key} is fresh among {claims:?}");
}

async fn a_late_completion_and_a_claim_do_not_both_succeed<I, T, W>(
    subject: &Subject<'_, I, T>,
    round: usize,
) where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    let key = subject.key(&format!("late-together-{round}"));
    let late = subject.claim_fresh(&key, SHORT).await;
    subject.outwait().await;
    let mut claimed = None;
    let mut completed = None;
    let mut claiming = Box::pin(subject.store.claim(&key, OwnerToken::random(), BODY, LONG));
    let mut completing = Box::pin(subject.store.complete(&key, late, BODY, LONG));
    poll_fn(|cx| {
        poll_into(&mut completed, completing.as_mut(), cx);
        poll_into(&mut claimed, claiming.as_mut(), cx);
        if claimed.is_some() && completed.is_some() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    let outcomes = (
        claimed.expect("polled").expect("a response to a claim"),
        completed
            .expect("polled")
            .expect("a response to a completion"),
    );
    let is_one_after_the_other = matches!(
        outcomes,
        (Claim::Fresh, Settlement::NotOwner) | (Claim::Done, Settlement::Settled)
    );
    assert!(is_one_after_the_other, "{key} came to {outcomes:?}");
}

/// Polls all futures in turns until they are ready.
async fn all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures
        .into_iter()
        .map(|future| (None, Box::pin(future)))
        .collect();
    poll_fn(|cx| {
        let mut is_ready = true;
        for (output, future) in &mut futures {
            poll_into(output, future.as_mut(), cx);
            is_ready &= output.is_some();
        }
        if is_ready {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    futures
        .into_iter()
        .filter_map(|(output, _)| output)
        .collect()
}

fn poll_into<F: Future>(output: &mut Option<F::Output>, future: Pin<&mut F>, cx: &mut Context<'_>) {
    if output.is_none() {
        if let Poll::Ready(ready) = future.poll(cx) {
            *output = Some(ready);
        }
    }
}
