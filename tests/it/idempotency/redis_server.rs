//! A real `redis-server` of the test's own, on a free port.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};

use tower_webhook::idempotency::RedisStore;

use crate::support::skip;

pub(crate) struct RedisServer {
    pub(crate) port: u16,
    args: Vec<String>,
    directory: PathBuf,
    process: Option<Child>,
}

impl RedisServer {
    /// Starts a server. Without `redis-server` on this machine it says loudly what is skipped; in CI that is a failure.
    pub(crate) fn start_or_skip(what: &str) -> Option<Self> {
        Self::start_with_or_skip(what, &[])
    }

    /// Starts a server with these arguments beside those that all have.
    pub(crate) fn start_with_or_skip(what: &str, args: &[&str]) -> Option<Self> {
        let installed = Command::new("redis-server")
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok();
        if !installed {
            skip(what, "there is no redis-server");
            return None;
        }
        let port = free_port();
        let directory = env::temp_dir().join(format!("tower-webhook-redis-{port}"));
        fs::create_dir_all(&directory).unwrap();
        let mut server = Self {
            port,
            args: args.iter().map(ToString::to_string).collect(),
            directory,
            process: None,
        };
        server.start();
        Some(server)
    }

    /// Starts it, again on the same port; with what it has written to its directory, which is nothing unless its arguments
    /// say otherwise.
    pub(crate) fn start(&mut self) {
        let process = Command::new("redis-server")
            .args(self.args.iter().take_while(|arg| !arg.starts_with("--")))
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--repl-diskless-sync-delay", "0"])
            .args(self.args.iter().skip_while(|arg| !arg.starts_with("--")))
            .current_dir(&self.directory)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        self.process = Some(process);
        let started = Instant::now();
        while !self.responds() {
            assert!(
                started.elapsed() < Duration::from_secs(10),
                "no redis-server"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn responds(&self) -> bool {
        let Ok(mut connection) = TcpStream::connect(("127.0.0.1", self.port)) else {
            return false;
        };
        let mut response = String::new();
        // While it loads its data it responds `-LOADING`.
        connection.write_all(b"PING\r\n").is_ok()
            && BufReader::new(connection).read_line(&mut response).is_ok()
            && (response.starts_with("+PONG") || response.starts_with("-NOAUTH"))
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Runs commands over one connection. The first line of the response to the last.
    pub(crate) fn command<const N: usize>(&self, commands: [&str; N]) -> String {
        let connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut responses = BufReader::new(connection.try_clone().unwrap());
        let mut response = String::new();
        for command in commands {
            write!(&connection, "{command}\r\n").unwrap();
            response.clear();
            responses.read_line(&mut response).unwrap();
            assert!(!response.starts_with('-'), "{command}: {response}");
        }
        response
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn store(&self) -> RedisStore {
        RedisStore::builder(format!("{}/1", self.url()))
            .key_prefix("test:")
            .timeout(Duration::from_secs(5))
            .build()
            .unwrap()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// A port that nobody listens on, and that no client is given: it stays free while a server is restarted. The bus of a
/// cluster takes the one 10,000 above it.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let process = u16::try_from(std::process::id() % 97).unwrap();
        let number = NEXT.fetch_add(1, Ordering::Relaxed) % 100;
        let port = 12_000 + process * 100 + number;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
