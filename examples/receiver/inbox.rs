//! Storing deliveries before they are answered, and handing them on.

use std::{sync::Arc, time::Duration};

use tower_webhook::{
    Receiver,
    event::WebhookEvent,
    inbox::{self, Enqueue, Target, Worker},
};

use crate::settings::{self, VariableError};

/// The endpoint under which Voyado's deliveries are stored; those of another sender are under its own name.
pub(crate) const ENGAGE: &str = "engage";
/// The target that prints.
pub(crate) const PRINT: &str = "print";
/// For what is in progress at the stop: longer than a target has to respond, less than service managers wait.
const GRACE: Duration = Duration::from_secs(16);

/// An inbox that is open.
pub(crate) struct Inbox {
    store: Arc<dyn inbox::Inbox>,
    settings: settings::Inbox,
}

impl Inbox {
    pub(crate) async fn open(settings: settings::Inbox) -> Result<Self, VariableError> {
        Ok(Self {
            store: settings.url.open().await?,
            settings,
        })
    }

    /// What answers deliveries, and what hands them on: to the targets that are configured, or to `print`.
    ///
    /// `E` is the event type of the layer.
    pub(crate) fn parts<E: WebhookEvent>(
        self,
        endpoint: &str,
        receiver: &Receiver,
        print: Target,
    ) -> Result<(Enqueue<E>, Worker), VariableError> {
        let forwards = self.settings.forwards::<E>()?;
        let (names, targets): (Vec<_>, Vec<_>) = if forwards.is_empty() {
            (vec![Arc::from(PRINT)], vec![print])
        } else {
            let targets = forwards.into_iter().map(|(name, forward)| {
                let target = Target::new(Arc::clone(&name), forward).decode::<E>();
                (name, target)
            });
            targets.unzip()
        };
        let enqueue = Enqueue::new(Arc::clone(&self.store), receiver)
            .decode::<E>()
            .endpoint(endpoint)
            .targets(names);
        let mut targets = targets.into_iter();
        let first = targets.next().expect("there is a target");
        let worker = Worker::new(self.store, receiver.clone(), first)
            .endpoint(endpoint)
            .concurrency(self.settings.workers.get())
            .lease(self.settings.lease)
            .schedule(self.settings.schedule)
            .grace(GRACE);
        Ok((enqueue, targets.fold(worker, Worker::target)))
    }
}
