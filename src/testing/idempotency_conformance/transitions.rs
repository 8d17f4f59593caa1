//! The table of the trait, line by line.

use std::time::Duration;

use super::{
    idempotency_key,
    subject::{BODY, LONG, OTHER_BODY, SHORT, Subject},
};
use crate::idempotency::{Claim, IdempotencyStore, OwnerToken, Settlement};

pub(super) async fn check<I, T, W>(subject: &Subject<'_, I, T>)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    claims(subject).await;
    renewals(subject).await;
    completions(subject).await;
    releases(subject).await;
    strangers(subject).await;
    late_owners(subject).await;
    bodies(subject).await;
    keys_apart(subject).await;
}

async fn claims<I, T, W>(subject: &Subject<'_, I, T>)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    let key = subject.key("claimed");
    subject.claim_fresh(&key, LONG).await;
    subject.assert_in_progress(&key).await;
    subject.assert_in_progress(&key).await;

    let key = subject.key("claimed-again");
    let owner = subject.claim_fresh(&key, SHORT).await;
    let again = subject.claim_by(&key, owner, BODY, LONG).await;
    assert_eq!(again, Claim::Fresh, "{key} is the claimant's already");
    subject.outwait().await;
    subject.assert_in_progress(&key).await;

    let key = subject.key("lease-over");
    subject.claim_fresh(&key, SHORT).await;
    subject.outwait().await;
    subject.claim_fresh(&key, LONG).await;
    subject.assert_in_progress(&key).await;
}

async fn renewals<I, T, W>(subject: &Subject<'_, I, T>)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    let key = subject.key("renewed");
    let owner = subject.claim_fresh(&key, SHORT).await;
    let renewed = subject.renew(&key, owner, LONG).await;
    assert_eq!(renewed, Settlement::Settled, "{key} is the owner's");
    subject.outwait().await;
    subject.assert_in_progress(&key).await;
    let completed = subject.complete(&key, owner, LONG).await;
    assert_eq!(completed, Settlement::Settled, "{key} was renewed");

    let key = subject.key("renewed-too-late");
    let owner = subject.claim_fresh(&key, SHORT).await;
    subject.outwait().await;
    let renewed = subject.renew(&key, owner, LONG).await;
    assert_eq!(renewed, Settlement::NotOwner, "{key} is nobody's");
    subject.claim_fresh(&key, LONG).await;

    let key = subject.key("renewed-when-done");
    let owner = subject.claim_fresh(&key, LONG).await;
    subject.complete(&key, owner, LONG).await;
    let renewed = subject.renew(&key, owner, SHORT).await;
    assert_eq!(renewed, Settlement::NotOwner, "{key} is done");
    subject.outwait().await;
    subject.assert_done(&key).await;
}

async fn completions<I, T, W>(subject: &Subject<'_, I, T>)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    let key = subject.key("completed");
    let owner = subject.claim_fresh(&key, LONG).await;
    let completed = subject.complete(&key, owner, LONG).await;
    assert_eq!(completed, Settlement::Settled, "{key} is the owner's");
    subject.assert_done(&key).await;
    let again = subject.claim_by(&key, owner, BODY, LONG).await;
    assert_eq!(again, Claim::Done, "{key} is done for its owner too");
    // Its response may have been lost.
    let again = subject.complete(&key, owner, SHORT).await;
    assert_eq!(again, Settlement::Settled, "{key} was completed by it");
    subject.outwait().await;
    subject.assert_done(&key).await;

    let key = subject.key("completed-late");
    let owner = subject.claim_fresh(&key, SHORT).await;
    subject.outwait().await;
    let completed = subject.complete(&key, owner, LONG).await;
    assert_eq!(completed, Settlement::Settled, "{key} is nobody else's");
    subject.assert_done(&key).await;

    let key = subject.key("completed-absent");
    let completed = subject.complete(&key, OwnerToken::random(), LONG).await;
    assert_eq!(completed, Settlement::Settled, "{key} is absent");
    subject.assert_done(&key).await;

    let key = subject.key("retention-over");
    let owner = subject.claim_fresh(&key, LONG).await;
    subject.complete(&key, owner, SHORT).await;
    subject.outwait().await;
    subject.claim_fresh(&key, LONG).await;
}

async fn releases<I, T, W>(subject: &Subject<'_, I, T>)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    let key = subject.key("released");
    let owner = subject.claim_fresh(&key, LONG).await;
    let released = subject.release(&key, owner).await;
    assert_eq!(released, Settlement::Settled, "{key} is the owner's");
    let again = subject.release(&key, owner).await;
    assert_eq!(again, Settlement::NotOwner, "{key} is nobody's");
    subject.claim_fresh(&key, LONG).await;
    subject.assert_in_progress(&key).await;

    let key = subject.key("released-when-done");
    let owner = subject.claim_fresh(&key, LONG).await;
    subject.complete(&key, owner, LONG).await;
    let released = subject.release(&key, owner).await;
    assert_eq!(released, Settlement::NotOwner, "{key} is done");
    subject.store.abandon(&key, owner);
    subject.wait(SHORT).await;
    subject.assert_done(&key).await;

    // In the background, perhaps.
    let key = subject.key("abandoned");
    let owner = subject.claim_fresh(&key, LONG).await;
    subject.store.abandon(&key, owner);
    subject.assert_free_in_time(&key).await;
}

async fn strangers<I, T, W>(subject: &Subject<'_, I, T>)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    let key = subject.key("anothers");
    let owner = subject.claim_fresh(&key, LONG).await;
    let stranger = OwnerToken::random();
    let renewed = subject.renew(&key, stranger, SHORT).await;
    assert_eq!(renewed, Settlement::NotOwner, "{key} is another's");
    subject.outwait().await;
    let completed = subject.complete(&key, stranger, LONG).await;
    assert_eq!(completed, Settlement::NotOwner, "{key} is another's");
    let released = subject.release(&key, stranger).await;
    assert_eq!(released, Settlement::NotOwner, "{key} is another's");
    subject.store.abandon(&key, stranger);
    subject.wait(SHORT).await;
    subject.assert_in_progress(&key).await;
    let completed = subject.complete(&key, owner, LONG).await;
    assert_eq!(completed, Settlement::Settled, "{key} is the owner's");
    let completed = subject.complete(&key, stranger, LONG).await;
    assert_eq!(completed, Settlement::NotOwner, "{key} was another's");
}

async fn late_owners<I, T, W>(subject: &Subject<'_, I, T>)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    let key = subject.key("late");
    let late = subject.claim_fresh(&key, SHORT).await;
    subject.outwait().await;
    let owner = subject.claim_fresh(&key, LONG).await;
    let again = subject.claim_by(&key, late, BODY, LONG).await;
    assert!(
        matches!(again, Claim::InProgress { .. }),
        "{key} is {again:?} for its late owner"
    );
    let renewed = subject.renew(&key, late, LONG).await;
    assert_eq!(renewed, Settlement::NotOwner, "{key} has a new owner");
    let completed = subject.complete(&key, late, LONG).await;
    assert_eq!(completed, Settlement::NotOwner, "{key} has a new owner");
    let released = subject.release(&key, late).await;
    assert_eq!(released, Settlement::NotOwner, "{key} has a new owner");
    subject.assert_in_progress(&key).await;
    let completed = subject.complete(&key, owner, LONG).await;
    assert_eq!(completed, Settlement::Settled, "{key} is the new owner's");
    subject.assert_done(&key).await;
}

async fn bodies<I, T, W>(subject: &Subject<'_, I, T>)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    let other = async |key| {
        let owner = OwnerToken::random();
        subject.claim_by(key, owner, OTHER_BODY, LONG).await
    };
    let key = subject.key("bodies");
    let owner = subject.claim_fresh(&key, LONG).await;
    let claim = other(&key).await;
    assert_eq!(claim, Claim::OtherBody, "{key} is in progress");
    subject.assert_in_progress(&key).await;
    subject.complete(&key, owner, LONG).await;
    assert_eq!(other(&key).await, Claim::OtherBody, "{key} is done");
    subject.assert_done(&key).await;

    let key = subject.key("bodies-completed-absent");
    subject.complete(&key, OwnerToken::random(), LONG).await;
    assert_eq!(other(&key).await, Claim::OtherBody, "{key} is done");

    let key = subject.key("bodies-released");
    let owner = subject.claim_fresh(&key, LONG).await;
    subject.release(&key, owner).await;
    assert_eq!(other(&key).await, Claim::Fresh, "{key} was released");

    let key = subject.key("bodies-lease-over");
    subject.claim_fresh(&key, SHORT).await;
    subject.outwait().await;
    assert_eq!(
        other(&key).await,
        Claim::Fresh,
        "the lease of {key} is over"
    );
}

async fn keys_apart<I, T, W>(subject: &Subject<'_, I, T>)
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    let scope = subject.scope;
    // Put together with colons, several of them are one text; so are some with lengths of one part only.
    for (scope, tenant, id) in [
        (scope, "", "one"),
        (scope, "", "two"),
        (&format!("{scope}-other"), "", "one"),
        (scope, "tenant", "one"),
        (scope, "tenant", "a:one"),
        (scope, "tenant:a", "one"),
        (&format!("{scope}:tenant"), "a", "one"),
        (&format!("{scope}:tenant:a"), "", "one"),
        (scope, "", "tenant:a:one"),
        (scope, "Tenant", "one"),
        (scope, "tenant", "One"),
    ] {
        subject
            .claim_fresh(&idempotency_key(scope, tenant, id), LONG)
            .await;
    }
}
