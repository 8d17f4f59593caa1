//! Serves HTTP/1 and HTTP/2 on one port, for a bounded number of connections, until it is told to stop and they have
//! come to their end.

mod connection;
mod descriptors;
mod places;
mod throttle;

use std::{io, net::SocketAddr, num::NonZeroU16, pin::pin, time::Duration};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};

use places::Places;
pub(crate) use throttle::Throttle;

/// After the signal to stop: enough for a body to arrive or to be late, less than service managers wait.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(11);
/// Pauses after attempts to accept that failed one after the other.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Serves until `shutdown`, then finishes the requests that have begun.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    max_connections: NonZeroU16,
    shutdown: impl Future<Output = ()>,
) {
    let places = Places::new(descriptors::provide_for(max_connections));
    let (stop, stopping) = watch::channel(false);
    let mut shutdown = pin!(shutdown);
    let mut accepting = Accepting::default();
    loop {
        // Only with a peer at the door is it worth while to end an idle connection.
        let next = async {
            let (stream, peer) = accepting.next(&listener).await;
            (stream, peer, places.take().await)
        };
        let (stream, peer, place) = tokio::select! {
            next = next => next,
            () = &mut shutdown => break,
        };
        let (router, stopping) = (router.clone(), stopping.clone());
        tokio::spawn(connection::serve(stream, peer, router, place, stopping));
    }
    drop(listener);
    stop.send_replace(true);
    if timeout(DRAIN_TIMEOUT, places.all_left()).await.is_err() {
        tracing::warn!("some requests were not finished: their senders will try again");
    }
}

/// Accepts connections, whatever it takes.
#[derive(Default)]
struct Accepting {
    pause: Duration,
    complaints: Throttle,
}

impl Accepting {
    async fn next(&mut self, listener: &TcpListener) -> (TcpStream, SocketAddr) {
        loop {
            match listener.accept().await {
                Ok(accepted) => {
                    self.pause = Duration::ZERO;
                    return accepted;
                }
                Err(error) if is_of_the_peer(&error) => {}
                Err(error) => {
                    if let Some(left_out) = self.complaints.admit() {
                        tracing::warn!(%error, left_out, "cannot accept connections");
                    }
                    self.pause = (self.pause * 2).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
                    sleep(self.pause).await;
                }
            }
        }
    }
}

/// The peer went away before it was accepted; the next may be there already.
fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}
