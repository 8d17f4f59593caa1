//! The receiver as a process, and what it prints.

use std::{
    net::SocketAddr,
    path::Path,
    pin::pin,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader, Lines},
    process::{Child, Command},
    sync::Mutex,
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::{
    ledger::{Ledger, Totals},
    resources::Resources,
    stalls,
};

pub(crate) const PATH: &str = "/webhooks/engage";
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const KEY: &str = "DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2";

/// For the head and for the body to arrive.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);
/// For the end of the process after it was told to stop, whatever strangers do.
const STOP: Duration = Duration::from_secs(12);
const START: Duration = Duration::from_secs(10);
const SAMPLED: Duration = Duration::from_millis(200);

pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    pub(crate) ledger: Arc<Ledger>,
    /// Whoever holds it keeps the output from being read.
    pub(crate) output: Arc<Mutex<()>>,
    /// The same for the log.
    pub(crate) log: Arc<Mutex<()>>,
    lines: Arc<AtomicU64>,
    process: Child,
    readers: [JoinHandle<()>; 2],
}

impl Receiver {
    /// With these variables more.
    pub(crate) async fn start<'v>(
        program: &Path,
        variables: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Self {
        Self::started_by(Command::new(program), variables).await
    }

    /// With fewer open files than it would like.
    pub(crate) async fn start_with_open_files<'v>(
        program: &Path,
        files: usize,
        variables: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Self {
        let mut shell = Command::new("/bin/sh");
        let script = format!("ulimit -Sn {files} && ulimit -Hn {files} && exec \"$0\"");
        shell.arg("-c").arg(script).arg(program);
        Self::started_by(shell, variables).await
    }

    async fn started_by<'v>(
        mut command: Command,
        variables: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Self {
        let mut process = command
            .env_clear()
            .env("LISTEN", "127.0.0.1:0")
            .env("SIGNING_SECRETS", SECRET)
            .env("DECRYPTION_KEY", KEY)
            // With one heap for all threads, memory tells what is in use, and not what each thread's heap keeps.
            .env("MALLOC_ARENA_MAX", "1")
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the receiver starts");
        let stderr = process.stderr.take().expect("it is piped");
        let stdout = process.stdout.take().expect("it is piped");
        let mut log = BufReader::new(stderr).lines();
        let printed = BufReader::new(stdout);
        let address = stalls::within(START, "the start", address(&mut log)).await;
        let (ledger, output) = (Arc::<Ledger>::default(), Arc::<Mutex<()>>::default());
        let (lines, reading) = (Arc::<AtomicU64>::default(), Arc::<Mutex<()>>::default());
        Self {
            address,
            ledger: Arc::clone(&ledger),
            output: Arc::clone(&output),
            log: Arc::clone(&reading),
            lines: Arc::clone(&lines),
            process,
            readers: [
                tokio::spawn(watch(log, lines, reading)),
                tokio::spawn(enter(printed, ledger, output)),
            ],
        }
    }

    /// How many lines it has logged.
    pub(crate) fn logged(&self) -> u64 {
        self.lines.load(Ordering::Relaxed)
    }

    pub(crate) fn resources(&self) -> Resources {
        Resources::of(self.process.id().expect("the receiver runs"))
    }

    /// The most that it holds at a time while `future` runs.
    pub(crate) async fn peak_during<T>(&self, future: impl Future<Output = T>) -> (T, Resources) {
        let mut future = pin!(future);
        let mut peak = self.resources();
        loop {
            if let Ok(output) = timeout(SAMPLED, &mut future).await {
                return (output, peak);
            }
            peak = peak.max(self.resources());
        }
    }

    /// Waits until no more files are open than in `before`.
    pub(crate) async fn settled(&self, before: Resources) -> Resources {
        let settled = async {
            while self.resources().descriptors > before.descriptors {
                sleep(Duration::from_millis(100)).await;
            }
        };
        stalls::within(DEADLINE * 2, "closing the connections", settled).await;
        self.resources()
    }

    /// Tells it to stop, waits for its end, and says how long that took.
    pub(crate) async fn terminate(&mut self) -> Duration {
        let start = Instant::now();
        let process = self.process.id().expect("the receiver runs");
        let process = Pid::from_raw(process.try_into().expect("an id of a process"));
        kill(process, Signal::SIGTERM).expect("the signal is sent");
        let status = stalls::within(STOP, "the stop", self.process.wait()).await;
        assert!(status.expect("the receiver ended").success(), "exit status");
        start.elapsed()
    }

    /// Ends it as a crash does.
    pub(crate) async fn kill(mut self) {
        self.process.kill().await.expect("it is killed");
        for reader in self.readers {
            reader.await.expect("output and log were in order");
        }
    }

    /// Reads what it has printed to the end: nothing that was acknowledged is missing.
    pub(crate) async fn close(self) -> Totals {
        for reader in self.readers {
            reader.await.expect("output and log were in order");
        }
        self.ledger.close()
    }

    pub(crate) async fn stop(mut self) -> Totals {
        self.terminate().await;
        self.close().await
    }
}

type Log<R> = Lines<BufReader<R>>;

async fn address(log: &mut Log<impl AsyncRead + Unpin>) -> SocketAddr {
    while let Some(line) = log.next_line().await.expect("the log is text") {
        if let Some((_, address)) = line.split_once("listening on http://") {
            return address.parse().expect("an address");
        }
        eprintln!("{line}");
    }
    panic!("the receiver ended");
}

/// No task of the receiver panics.
async fn watch(
    mut log: Log<impl AsyncRead + Unpin>,
    lines: Arc<AtomicU64>,
    reading: Arc<Mutex<()>>,
) {
    while let Some(line) = log.next_line().await.expect("the log is text") {
        let _held = reading.lock().await;
        lines.fetch_add(1, Ordering::Relaxed);
        assert!(!line.contains(" panicked at "), "{line}");
    }
}

async fn enter(
    mut printed: BufReader<impl AsyncRead + Unpin>,
    ledger: Arc<Ledger>,
    output: Arc<Mutex<()>>,
) {
    let mut line = String::new();
    while printed
        .read_line(&mut line)
        .await
        .expect("the output is text")
        > 0
    {
        let _held = output.lock().await;
        // The stop cuts off a write that hangs: its end is missing, and so must be its acknowledgement.
        if line.ends_with('\n') {
            ledger.printed(&line);
        }
        line.clear();
    }
}
