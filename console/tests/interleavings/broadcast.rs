//! A channel that others may come between too.

pub(crate) use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::{self, error::SendError};

#[derive(Debug)]
pub(crate) struct Sender<T>(broadcast::Sender<T>);

impl<T: Clone> Sender<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(broadcast::Sender::new(capacity))
    }

    pub(crate) fn send(&self, value: T) -> Result<usize, SendError<T>> {
        shuttle::thread::yield_now();
        self.0.send(value)
    }

    pub(crate) fn subscribe(&self) -> Receiver<T> {
        self.0.subscribe()
    }
}
