//! Waking the workers of all processes.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{
    PgConnection, PgPool,
    postgres::{PgListener, PgPoolOptions},
};
use tokio::{runtime::Handle, task::AbortHandle, time::sleep};
use tower_webhook::inbox::{WakeUp, WakeUps};

const CHANNEL: &str = "webhook_inbox";

/// How long notifications are collected. Each takes a lock that all committing transactions of the database share, so one for
/// each request would cost throughput.
const COLLECTED: Duration = Duration::from_millis(20);

/// How long to wait before the connection that listens is made anew.
const RECONNECT: Duration = Duration::from_secs(1);

pub(super) struct Notify {
    pool: PgPool,
    wake_up: WakeUp,
    is_pending: Arc<AtomicBool>,
    listening: Mutex<Option<AbortHandle>>,
}

impl Notify {
    pub(super) fn new(pool: PgPool) -> Self {
        Self {
            pool,
            wake_up: WakeUp::new(),
            is_pending: Arc::default(),
            listening: Mutex::default(),
        }
    }

    /// Wakes the workers of this process at once and those of the others a little later.
    pub(super) fn soon(&self) {
        self.wake_up.wake();
        if self.is_pending.swap(true, Ordering::AcqRel) {
            return;
        }
        let (pool, is_pending) = (self.pool.clone(), Arc::clone(&self.is_pending));
        let Ok(runtime) = Handle::try_current() else {
            self.is_pending.store(false, Ordering::Release);
            return;
        };
        runtime.spawn(async move {
            sleep(COLLECTED).await;
            // What comes from now on is another notification's.
            is_pending.store(false, Ordering::Release);
            if let Ok(mut connection) = pool.acquire().await {
                // The workers poll too.
                let _ = notify(&mut connection).await;
            }
        });
    }

    /// A listener, also to what other processes accept.
    pub(super) fn listen(&self) -> WakeUps {
        let wake_ups = self.wake_up.listen();
        let mut listening = self
            .listening
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_listening = listening.as_ref().is_some_and(|task| !task.is_finished());
        if !is_listening && let Ok(runtime) = Handle::try_current() {
            let task = runtime.spawn(listen(self.pool.clone(), self.wake_up.clone()));
            *listening = Some(task.abort_handle());
        }
        wake_ups
    }
}

impl Drop for Notify {
    fn drop(&mut self) {
        let listening = self
            .listening
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = listening.take() {
            task.abort();
        }
    }
}

pub(super) async fn notify(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_notify($1, '')")
        .bind(CHANNEL)
        .execute(connection)
        .await
        .map(drop)
}

/// Listens on a connection of its own, so that none is missing in the pool.
async fn listen(pool: PgPool, wake_up: WakeUp) {
    let options = pool.connect_options().as_ref().clone();
    let own = PgPoolOptions::new()
        .max_connections(1)
        .connect_lazy_with(options);
    loop {
        if let Ok(mut listener) = PgListener::connect_with(&own).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            // What came before it listened.
            wake_up.wake();
            // `None` is a connection that broke.
            while let Ok(Some(_)) = listener.try_recv().await {
                wake_up.wake();
            }
        }
        sleep(RECONNECT).await;
    }
}
