use std::{
    future::{Ready, ready},
    time::Duration,
};

use super::{
    BodyDigest, Claim, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement, StoreError,
};

/// Remembers nothing: every delivery is handled. The default of a layer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unguarded;

impl IdempotencyStore for Unguarded {
    type Claiming = Ready<Result<Claim, StoreError>>;
    type Settling = Ready<Result<Settlement, StoreError>>;

    fn is_enabled(&self) -> bool {
        false
    }

    fn claim(
        &self,
        _key: &IdempotencyKey,
        _owner: OwnerToken,
        _digest: BodyDigest,
        _lease: Duration,
    ) -> Self::Claiming {
        ready(Ok(Claim::Unguarded))
    }

    fn renew(&self, _key: &IdempotencyKey, _owner: OwnerToken, _lease: Duration) -> Self::Settling {
        ready(Ok(Settlement::Settled))
    }

    fn complete(
        &self,
        _key: &IdempotencyKey,
        _owner: OwnerToken,
        _digest: BodyDigest,
        _retention: Duration,
    ) -> Self::Settling {
        ready(Ok(Settlement::Settled))
    }

    fn release(&self, _key: &IdempotencyKey, _owner: OwnerToken) -> Self::Settling {
        ready(Ok(Settlement::Settled))
    }

    fn abandon(&self, _key: &IdempotencyKey, _owner: OwnerToken) {}
}
