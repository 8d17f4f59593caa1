//! A live page for webhooks under development: what came, why it was rejected, what the handler responded, and what is in the
//! inbox; with replay, samples and redrive.
//!
//! ```
//! use axum::{Router, routing::post};
//! use tower_webhook::{Delivery, Receiver, WebhookLayer, voyado};
//! use tower_webhook_console::Console;
//!
//! async fn on_event(delivery: Delivery<voyado::Event>) {}
//!
//! # let runtime = tokio::runtime::Runtime::new()?;
//! # let _entered = runtime.enter();
//! let receiver = Receiver::builder("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").build()?;
//! let webhooks = WebhookLayer::new(receiver.clone()).decode::<voyado::Event>();
//! let console = Console::builder(receiver).build();
//!
//! let app: Router = Router::new()
//!     .route("/webhooks", post(on_event).layer(webhooks).layer(console.layer()))
//!     .nest("/console", console.router());
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! It is a tool of development: it keeps the last 500 requests, bodies included, in at most 64 MiB of memory, and shows them to
//! whoever reaches the page. So it responds only to pages of its own on this machine: a `Host` other than `127.0.0.1`,
//! `localhost` or `[::1]` gets a 421, a foreign `Origin` or a `Sec-Fetch-Site` of another site a 403, for the event stream
//! and the data too. [`Console::serve`] binds to loopback addresses only. Payloads are decrypted only where
//! [`ConsoleBuilder::danger_show_decrypted`] says so, and shown as text.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod builder;
mod guard;
mod layer;
mod page;
mod record;
mod replay;
mod routes;
mod view;

pub use builder::{ConsoleBuilder, Sample};
pub use layer::{ConsoleLayer, ConsoleService};

use std::{fmt, io, net::SocketAddr, sync::Arc};

use axum::Router;
use tokio::net::TcpListener;

use record::Ring;
use replay::Handler;
use routes::State;

/// A console: the layer that records, and the page. Cheap to clone.
#[derive(Clone)]
pub struct Console {
    pub(crate) state: Arc<State>,
}

impl Console {
    pub(crate) fn new(state: State) -> Self {
        Self {
            state: Arc::new(state),
        }
    }

    /// The layer that records: put it around the webhook layer, outside of it. The last service that it was put around is
    /// the one to which the page replays.
    pub fn layer(&self) -> ConsoleLayer {
        ConsoleLayer::new(self.ring(), self.handler())
    }

    /// The page and its data, to be nested anywhere in a router.
    pub fn router(&self) -> Router {
        routes::router(Arc::clone(&self.state))
    }

    /// Serves the page at `/` of an address of its own, until the task is dropped.
    ///
    /// # Errors
    ///
    /// An address that is not a loopback address, unless [`ConsoleBuilder::danger_bind_anywhere`] was called; an address
    /// that cannot be bound.
    pub async fn serve(&self, address: SocketAddr) -> io::Result<()> {
        if !address.ip().is_loopback() && !self.state.bind_anywhere {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("the console binds to loopback addresses only, and {address} is none"),
            ));
        }
        let listener = TcpListener::bind(address).await?;
        axum::serve(listener, self.router()).await
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.state.ring)
    }

    fn handler(&self) -> Handler {
        self.state.handler.clone()
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").finish_non_exhaustive()
    }
}
