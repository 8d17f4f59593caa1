//! The renewal of a lease while its handler runs.

#[cfg(feature = "tokio")]
pub(super) use timed::Renewal;
#[cfg(not(feature = "tokio"))]
pub(super) use untimed::Renewal;

#[cfg(feature = "tokio")]
mod timed {
    use std::{
        pin::Pin,
        task::{Context, Poll},
        time::Duration,
    };

    use tokio::{
        runtime::Handle,
        time::{Sleep, sleep},
    };

    use crate::{
        idempotency::{IdempotencyStore, Settlement},
        layer::claim::HeldClaim,
        telemetry::Observation,
    };

    /// A lease is renewed after this part of it, so that an attempt that fails leaves time for another.
    const PART_OF_LEASE: u32 = 3;
    const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

    /// Renews the lease again and again. It costs nothing while the handler does not wait.
    pub(in crate::layer) enum Renewal<I: IdempotencyStore> {
        NotStarted,
        Waiting(Pin<Box<Sleep>>),
        Renewing(Pin<Box<I::Settling>>),
        /// There is no claim, no Tokio runtime, or the claim is lost.
        Over,
    }

    impl<I: IdempotencyStore> Renewal<I> {
        pub(in crate::layer) fn new() -> Self {
            Self::NotStarted
        }

        /// Called whenever the handler is pending.
        pub(in crate::layer) fn poll(
            &mut self,
            claim: &HeldClaim<I>,
            lease: Duration,
            observation: &mut Observation,
            cx: &mut Context<'_>,
        ) {
            loop {
                let next = match self {
                    Self::NotStarted if Handle::try_current().is_err() => Self::Over,
                    Self::NotStarted if claim.is_held() => Self::wait(lease),
                    Self::NotStarted | Self::Over => return,
                    Self::Waiting(pause) => match pause.as_mut().poll(cx) {
                        Poll::Pending => return,
                        Poll::Ready(()) => match claim.renew(lease) {
                            Some(renewing) => Self::Renewing(Box::pin(renewing)),
                            None => Self::Over,
                        },
                    },
                    Self::Renewing(renewing) => match renewing.as_mut().poll(cx) {
                        Poll::Pending => return,
                        Poll::Ready(Ok(Settlement::Settled)) => Self::wait(lease),
                        Poll::Ready(Ok(Settlement::NotOwner)) => {
                            observation.outlived_its_lease();
                            Self::Over
                        }
                        Poll::Ready(Err(error)) => {
                            observation.store_failed(&error);
                            Self::wait(lease)
                        }
                    },
                };
                *self = next;
            }
        }

        fn wait(lease: Duration) -> Self {
            let pause = (lease / PART_OF_LEASE).max(SHORTEST_PAUSE);
            Self::Waiting(Box::pin(sleep(pause)))
        }
    }
}

#[cfg(not(feature = "tokio"))]
mod untimed {
    use std::{marker::PhantomData, task::Context, time::Duration};

    use crate::{idempotency::IdempotencyStore, layer::claim::HeldClaim, telemetry::Observation};

    /// Without a timer no lease is renewed.
    pub(in crate::layer) struct Renewal<I>(PhantomData<fn() -> I>);

    impl<I: IdempotencyStore> Renewal<I> {
        pub(in crate::layer) fn new() -> Self {
            Self(PhantomData)
        }

        #[expect(
            clippy::unused_self,
            clippy::needless_pass_by_ref_mut,
            reason = "the same shape as with a timer"
        )]
        pub(in crate::layer) fn poll(
            &mut self,
            _claim: &HeldClaim<I>,
            _lease: Duration,
            _observation: &mut Observation,
            _cx: &mut Context<'_>,
        ) {
        }
    }
}
