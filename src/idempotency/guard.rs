use super::{IdempotencyKey, IdempotencyStore, OwnerToken};

/// A claim that is held, or may be. It is given back when it is dropped.
pub(crate) struct ClaimGuard<I: IdempotencyStore> {
    held: Option<Held<I>>,
}

struct Held<I> {
    store: I,
    key: IdempotencyKey,
    owner: OwnerToken,
}

impl<I: IdempotencyStore> ClaimGuard<I> {
    pub(crate) fn new(store: I, key: IdempotencyKey, owner: OwnerToken) -> Self {
        let held = Held { store, key, owner };
        Self { held: Some(held) }
    }

    /// There is nothing to give back.
    pub(crate) fn none() -> Self {
        Self { held: None }
    }

    /// It turned out that there is nothing to give back.
    pub(crate) fn disarm(&mut self) {
        self.held = None;
    }
}

impl<I: IdempotencyStore> Drop for ClaimGuard<I> {
    fn drop(&mut self) {
        if let Some(held) = &self.held {
            held.store.abandon(&held.key, held.owner);
        }
    }
}
