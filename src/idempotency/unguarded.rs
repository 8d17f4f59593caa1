use std::{
    future::{Ready, ready},
    time::Duration,
};

use super::{Claim, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement, StoreError};

/// Remembers nothing: every delivery is handled. The default of a layer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unguarded;

impl IdempotencyStore for Unguarded {
    type Claiming = Ready<Result<Claim, StoreError>>;
    type Settling = Ready<Result<Settlement, StoreError>>;

    fn claim(&self, _key: &IdempotencyKey, _lease: Duration) -> Self::Claiming {
        ready(Ok(Claim::Unguarded))
    }

    fn complete(
        &self,
        _key: &IdempotencyKey,
        _owner: OwnerToken,
        _retention: Duration,
    ) -> Self::Settling {
        ready(Ok(Settlement::Settled))
    }

    fn release(&self, _key: &IdempotencyKey, _owner: OwnerToken) -> Self::Settling {
        ready(Ok(Settlement::Settled))
    }

    fn abandon(&self, _key: &IdempotencyKey, _owner: OwnerToken) {}
}
