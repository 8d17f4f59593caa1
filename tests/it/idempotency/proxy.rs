//! A TCP proxy with the faults of networks.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::{AbortHandle, JoinSet},
};

pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    accepting: AbortHandle,
}

#[derive(Default)]
struct Shared {
    accepted: AtomicUsize,
    /// New connections pass nothing on.
    silences_new: AtomicBool,
    /// New connections are closed at once.
    closes_new: AtomicBool,
    connections: Mutex<Vec<Connection>>,
}

struct Connection {
    is_silent: Arc<AtomicBool>,
    task: AbortHandle,
}

impl Proxy {
    /// Passes everything on to this port, until it is told otherwise.
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::<Shared>::default();
        let accepting = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    shared.accept(client, port);
                }
            }
        });
        Self {
            address,
            shared,
            accepting: accepting.abort_handle(),
        }
    }

    /// How many connections there were.
    pub(crate) fn accepted(&self) -> usize {
        self.shared.accepted.load(Ordering::Relaxed)
    }

    /// Forgets the connections that there are, as a NAT does: they stay open, and nothing passes any more.
    pub(crate) fn silence(&self) {
        for connection in &*self.shared.connections.lock().unwrap() {
            connection.is_silent.store(true, Ordering::Relaxed);
        }
    }

    /// Lets nothing pass, over new connections either, or does again what it should.
    pub(crate) fn silence_all(&self, yes: bool) {
        self.shared.silences_new.store(yes, Ordering::Relaxed);
        if yes {
            self.silence();
        }
    }

    /// Closes the connections that there are.
    pub(crate) fn cut(&self) {
        for connection in self.shared.connections.lock().unwrap().drain(..) {
            connection.task.abort();
        }
    }

    /// Closes all connections, new ones as soon as they are open, or does again what it should.
    pub(crate) fn cut_all(&self, yes: bool) {
        self.shared.closes_new.store(yes, Ordering::Relaxed);
        self.cut();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

impl Shared {
    fn accept(&self, client: TcpStream, port: u16) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
        if self.closes_new.load(Ordering::Relaxed) {
            return;
        }
        let is_silent = self.silences_new.load(Ordering::Relaxed);
        let is_silent = Arc::new(AtomicBool::new(is_silent));
        let task = tokio::spawn(pass_on(client, port, Arc::clone(&is_silent)));
        self.connections.lock().unwrap().push(Connection {
            is_silent,
            task: task.abort_handle(),
        });
    }
}

/// Passes on both ways until one of them ends.
async fn pass_on(client: TcpStream, port: u16, is_silent: Arc<AtomicBool>) {
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut ways = JoinSet::new();
    ways.spawn(copy(from_client, to_server, Arc::clone(&is_silent)));
    ways.spawn(copy(from_server, to_client, is_silent));
    ways.join_next().await;
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, is_silent: Arc<AtomicBool>) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match from.read(&mut buffer).await {
            Ok(read) if read > 0 => {
                if !is_silent.load(Ordering::Relaxed)
                    && to.write_all(&buffer[..read]).await.is_err()
                {
                    return;
                }
            }
            _ if is_silent.load(Ordering::Relaxed) => std::future::pending().await,
            _ => return,
        }
    }
}
