//! The receivers, each a process of its own.

use std::{env, error::Error, process::Stdio};

use axum::{Router, http::StatusCode, routing::post};
use bytes::Bytes;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    net::TcpListener,
    process::{Child, ChildStdin, ChildStdout, Command},
};
use tower_webhook::{Delivery, Idempotency, Receiver, WebhookLayer, idempotency::RedisStore};

use crate::deliveries::SECRET;

/// The argument that makes a process of this program a receiver.
pub(crate) const ROLE: &str = "receive";

async fn handle(delivery: Delivery<Bytes>) -> StatusCode {
    println!("{}", delivery.id());
    StatusCode::OK
}

/// Prints where it listens, and then the id of each message that it handles, until its standard input ends.
pub(crate) async fn serve(redis: &str) -> Result<(), Box<dyn Error>> {
    let store = RedisStore::builder(redis).build()?;
    // A scope for each run, so that a Redis which is there already can be used again.
    let idempotency = Idempotency::new(env::var("SCOPE")?, store);
    let receiver = Receiver::builder([SECRET]).build()?;
    let layer = WebhookLayer::new(receiver).idempotency(idempotency)?;
    let app = Router::new().route("/", post(handle)).route_layer(layer);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/", listener.local_addr()?);
    axum::serve(listener, app)
        .with_graceful_shutdown(async {
            let mut lines = BufReader::new(tokio::io::stdin()).lines();
            while let Ok(Some(_)) = lines.next_line().await {}
        })
        .await?;
    Ok(())
}

/// The receivers that were started, and where they listen.
pub(crate) struct Receivers {
    pub(crate) urls: Vec<String>,
    processes: Vec<(Child, ChildStdin, Lines<BufReader<ChildStdout>>)>,
}

impl Receivers {
    pub(crate) async fn start(redis: &str, count: usize) -> Result<Self, Box<dyn Error>> {
        let mut receivers = Self {
            urls: Vec::new(),
            processes: Vec::new(),
        };
        let scope = format!("example-{}", std::process::id());
        for _ in 0..count {
            let mut process = Command::new(env::current_exe()?)
                .args([ROLE, redis])
                .env("SCOPE", &scope)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .kill_on_drop(true)
                .spawn()?;
            let stdin = process.stdin.take().ok_or("no standard input")?;
            let stdout = process.stdout.take().ok_or("no standard output")?;
            let mut lines = BufReader::new(stdout).lines();
            let url = lines.next_line().await?.ok_or("a receiver did not start")?;
            receivers.urls.push(url);
            receivers.processes.push((process, stdin, lines));
        }
        Ok(receivers)
    }

    /// Ends them and returns the ids of the messages that they handled.
    pub(crate) async fn stop(self) -> Result<Vec<String>, Box<dyn Error>> {
        let mut handled = Vec::new();
        for (mut process, stdin, mut lines) in self.processes {
            drop(stdin);
            while let Some(id) = lines.next_line().await? {
                handled.push(id);
            }
            process.wait().await?;
        }
        Ok(handled)
    }
}
