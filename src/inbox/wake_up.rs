use std::future::pending;

use tokio::sync::watch;

/// Wakes the workers of this process when something may have become due.
///
/// Clones wake the same workers.
#[derive(Clone, Debug)]
pub struct WakeUp(watch::Sender<()>);

impl WakeUp {
    /// Nobody listens yet.
    pub fn new() -> Self {
        Self(watch::Sender::new(()))
    }

    /// Wakes every listener, also one that does not wait at this moment: its next wait ends at once.
    pub fn wake(&self) {
        self.0.send_replace(());
    }

    /// A listener for what comes from now on.
    pub fn listen(&self) -> WakeUps {
        WakeUps(Some(self.0.subscribe()))
    }
}

impl Default for WakeUp {
    fn default() -> Self {
        Self::new()
    }
}

/// One listener of a [`WakeUp`].
#[derive(Debug)]
pub struct WakeUps(Option<watch::Receiver<()>>);

impl WakeUps {
    /// Nothing ever wakes this listener.
    pub fn never() -> Self {
        Self(None)
    }

    /// Waits until it is woken. Several wake-ups in between are one.
    pub async fn next(&mut self) {
        let woken = match &mut self.0 {
            Some(receiver) => receiver.changed().await.is_ok(),
            None => false,
        };
        // Its other end is gone.
        if !woken {
            self.0 = None;
            pending::<()>().await;
        }
    }
}
