//! The messages whose completion the store did not take.

use std::time::Duration;

use shuttle::thread;

use super::UnstoredCompletions;
use crate::{
    idempotency::{BodyDigest, MemoryStore, OwnerToken},
    interleavings::explore,
    layer::claim::Claimed,
    testing::idempotency_key,
};

const NOW: Duration = Duration::from_secs(1);
const UNTIL: Duration = Duration::from_secs(2);

fn claimed(store: &MemoryStore, id: &str, owner: u128) -> Claimed<MemoryStore> {
    Claimed {
        store: store.clone(),
        key: idempotency_key("test", "", id),
        owner: OwnerToken::from_u128(owner),
        digest: BodyDigest::of(b"body"),
    }
}

#[test]
fn what_was_handled_is_remembered_whatever_others_remember_and_forget() {
    explore(|| {
        let unstored = UnstoredCompletions::default();
        let store = MemoryStore::with_clock(1, || NOW).expect("a capacity");
        let messages = [("msg_1", 1), ("msg_2", 2), ("msg_3", 3)].map(|(id, owner)| {
            let (unstored, store) = (unstored.clone(), store.clone());
            thread::spawn(move || {
                let claim = claimed(&store, id, owner);
                let owner_of = |now| {
                    let known = unstored.claim_of(&store, &claim.key, now);
                    known.map(|claim| claim.owner)
                };
                assert!(unstored.remember(&claim, UNTIL), "{id} is new");
                assert_eq!(owner_of(NOW), Some(claim.owner), "{id} was handled");
                unstored.forget(&claim.key);
                assert_eq!(owner_of(NOW), None, "{id} is stored");
                assert!(unstored.remember(&claim, UNTIL), "{id} is new again");
                assert_eq!(owner_of(NOW), Some(claim.owner), "{id} was handled");
                assert_eq!(owner_of(UNTIL), None, "the time of {id} is over");
            })
        });
        for message in messages {
            message.join().expect("a message ends");
        }
    });
}

#[test]
fn of_two_that_remember_one_message_one_tries_to_store_it() {
    explore(|| {
        let unstored = UnstoredCompletions::default();
        let store = MemoryStore::with_clock(1, || NOW).expect("a capacity");
        let remembering = [1, 2].map(|owner| {
            let (unstored, claim) = (unstored.clone(), claimed(&store, "msg_1", owner));
            thread::spawn(move || unstored.remember(&claim, UNTIL))
        });
        let new = remembering.map(|remembering| remembering.join().expect("it is remembered"));
        assert_ne!(new[0], new[1]);
    });
}
