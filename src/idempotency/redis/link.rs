use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use redis::AsyncConnectionConfig;
use tokio::{sync::watch, time::timeout};

use super::connector::{Connection, Connector};
use crate::idempotency::{StoreError, StoreErrorKind};

type Outcome = Result<Connection, StoreError>;

/// The connection that all calls share. One that broke or went silent is replaced.
///
/// A connection is made in a task of its own, for all who wait for it: if the longest waiting call made it, that would have
/// the least time left for it, and where each fails, so would the next.
pub(super) struct Link(Arc<Inner>);

struct Inner {
    connector: Connector,
    config: AsyncConnectionConfig,
    timeout: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Counts the connections.
    generation: u64,
    connection: Option<Connection>,
    /// Where the outcome will be, while a connection is made.
    connecting: Option<watch::Receiver<Option<Outcome>>>,
}

/// A connection for one call.
pub(super) struct Acquired {
    pub(super) connection: Connection,
    /// Whether it was there before this call, and may have gone stale.
    pub(super) is_reused: bool,
    generation: u64,
}

impl Link {
    pub(super) fn new(connector: Connector, timeout: Duration) -> Self {
        // Responses have the time-outs of their calls; the default of the client library would be 500 milliseconds.
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(None);
        Self(Arc::new(Inner {
            connector,
            config,
            timeout,
            state: Mutex::default(),
        }))
    }

    /// The connection, or a new one.
    pub(super) async fn acquire(&self) -> Result<Acquired, StoreError> {
        let (mut connecting, generation) = {
            let mut state = self.0.state();
            if let Some(connection) = &state.connection {
                return Ok(Acquired {
                    connection: connection.clone(),
                    is_reused: true,
                    generation: state.generation,
                });
            }
            // Without a sender, its runtime has ended.
            let under_way = state.connecting.take();
            let under_way = under_way.filter(|receiver| receiver.has_changed().is_ok());
            let connecting = under_way.unwrap_or_else(|| self.connect(&mut state));
            state.connecting = Some(connecting.clone());
            (connecting, state.generation)
        };
        let outcome = connecting.wait_for(Option::is_some).await;
        let outcome = outcome.ok().and_then(|outcome| outcome.clone());
        let connection = outcome.unwrap_or_else(|| {
            let cause = "the runtime ended while a connection was made";
            Err(StoreError::with_source(StoreErrorKind::Unavailable, cause))
        })?;
        Ok(Acquired {
            connection,
            is_reused: false,
            generation,
        })
    }

    /// Lets the next call make a new connection in place of this one.
    pub(super) fn discard(&self, acquired: &Acquired) {
        let mut state = self.0.state();
        if state.generation == acquired.generation {
            state.connection = None;
        }
    }

    fn connect(&self, state: &mut State) -> watch::Receiver<Option<Outcome>> {
        state.generation += 1;
        let generation = state.generation;
        let (sender, receiver) = watch::channel(None);
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move {
            let outcome = inner.connect().await;
            let mut state = inner.state();
            if state.generation == generation {
                state.connecting = None;
                state.connection = outcome.as_ref().ok().cloned();
            }
            // While the state is locked, so that nobody starts another before it is told.
            sender.send_replace(Some(outcome));
        });
        receiver
    }
}

impl Inner {
    async fn connect(&self) -> Outcome {
        match timeout(self.timeout, self.connector.connect(&self.config)).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) if error.is_timeout() => Err(self.no_connection()),
            Ok(Err(error)) => Err(StoreError::with_source(StoreErrorKind::Unavailable, error)),
            Err(_) => Err(self.no_connection()),
        }
    }

    fn no_connection(&self) -> StoreError {
        let cause = format!("no connection to Redis within {:?}", self.timeout);
        StoreError::with_source(StoreErrorKind::TimedOut, cause)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is locked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
