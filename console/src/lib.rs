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
//! `localhost` or `[::1]` gets a 421, a foreign `Origin`, a `Sec-Fetch-Site` of another site, a peer that is known not to be
//! this machine, and what came through a proxy a 403, for the event stream and the data too. [`Console::serve`] binds to loopback addresses only. Payloads are decrypted only where
//! [`ConsoleBuilder::danger_show_decrypted`] says so, and shown as text.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod builder;
#[cfg(test)]
#[path = "../../tests/interleavings/explore.rs"]
mod explore;
mod guard;
mod inbox;
mod layer;
mod page;
mod record;
mod replay;
mod routes;
mod tee;
mod view;

pub use builder::{ConsoleBuilder, Sample};
pub use layer::{ConsoleLayer, ConsoleService};

use std::{fmt, io, net::SocketAddr, sync::Arc};

use axum::Router;
use tokio::net::TcpListener;

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

    /// The layer that records: put it around the webhook layer, outside of it, or around a whole router.
    ///
    /// A replay goes to the service that handled the request. A sample goes to the handler that was reached last, before any
    /// to the one that the layer was put around last. A request costs some microseconds, and is passed on as it comes:
    /// only a body that nobody read is read afterwards, for at most 250 ms, so that a rejection can be explained.
    pub fn layer(&self) -> ConsoleLayer {
        ConsoleLayer::new(Arc::clone(&self.state.ring))
    }

    /// The page and its data, to be [nested](Router::nest) anywhere in a router. It is never recorded itself.
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
        self.may_bind(address)?;
        let listener = TcpListener::bind(address).await?;
        self.serve_on(listener).await
    }

    /// As [`serve`](Self::serve), on a listener that is bound already, such as one to port 0.
    ///
    /// # Errors
    ///
    /// A listener at an address that is not a loopback address, unless [`ConsoleBuilder::danger_bind_anywhere`] was called.
    pub async fn serve_on(&self, listener: TcpListener) -> io::Result<()> {
        self.may_bind(listener.local_addr()?)?;
        let service = self
            .router()
            .into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).await
    }

    fn may_bind(&self, address: SocketAddr) -> io::Result<()> {
        if address.ip().is_loopback() || self.state.allowed.any_peer {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("the console binds to loopback addresses only, and {address} is none"),
        ))
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").finish_non_exhaustive()
    }
}
