//! Starts the receiver, sends it something, stops it.

use std::{
    env,
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, OnceLock},
    thread,
    time::{Duration, Instant, SystemTime},
};

use escargot::CargoBuild;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tower_webhook::{Timestamp, testing::Signer, voyado::EventType};

use crate::support::SECRET;

pub(super) const PATH: &str = "/webhooks/engage";
/// Longer than anything here should take.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// The program, built once.
pub(super) fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let build = CargoBuild::new()
            .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
            .example("receiver")
            .current_release();
        // What cargo tells this program about its package would have the build scripts of dependencies run again.
        let of_cargo = env::vars_os().map(|(name, _)| name).filter(|name| {
            let name = name.to_string_lossy();
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        });
        let build = of_cargo.fold(build, CargoBuild::env_remove);
        build.run().unwrap().path().to_owned()
    })
}

/// With these variables and no others. What it prints is dropped.
pub(super) fn command(variables: &[(&str, &str)]) -> Command {
    with_variables(Command::new(program()), variables)
}

/// Started by a shell after it has set a limit.
pub(super) fn command_after(limit: &str, variables: &[(&str, &str)]) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", &format!("{limit} && exec \"$0\"")])
        .arg(program());
    with_variables(shell, variables)
}

fn with_variables(mut command: Command, variables: &[(&str, &str)]) -> Command {
    command
        .env_clear()
        .env("LISTEN", "127.0.0.1:0")
        .env("SIGNING_SECRETS", SECRET)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// A receiver that did not start.
#[derive(Debug)]
pub(super) struct NotStarted {
    pub(super) code: Option<i32>,
    pub(super) stderr: String,
}

pub(super) struct Process {
    pub(super) address: SocketAddr,
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    /// The rest of the log, if nobody is to read it.
    unread: Option<BufReader<ChildStderr>>,
}

impl Process {
    pub(super) fn start(variables: &[(&str, &str)]) -> Self {
        Self::try_start(command(variables)).unwrap()
    }

    /// Waits until it listens or has ended.
    pub(super) fn try_start(command: Command) -> Result<Self, NotStarted> {
        let mut process = Self::start_unread(command)?;
        let mut stderr = process.unread.take().unwrap();
        let log = Arc::clone(&process.log);
        thread::spawn(move || {
            let mut line = String::new();
            while stderr.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
                log.lock().unwrap().push(std::mem::take(&mut line));
            }
        });
        Ok(process)
    }

    /// Reads its log until it listens, and never again.
    pub(super) fn start_unread(mut command: Command) -> Result<Self, NotStarted> {
        let mut process = Self {
            address: (Ipv4Addr::UNSPECIFIED, 0).into(),
            child: command.spawn().unwrap(),
            log: Arc::default(),
            unread: None,
        };
        let mut stderr = BufReader::new(process.child.stderr.take().unwrap());
        loop {
            let mut line = String::new();
            if stderr.read_line(&mut line).unwrap() == 0 {
                let code = process.child.wait().unwrap().code();
                let stderr = process.log.lock().unwrap().concat();
                return Err(NotStarted { code, stderr });
            }
            if let Some((_, address)) = line.split_once("listening on http://") {
                process.address = address.trim().parse().unwrap();
            }
            process.log.lock().unwrap().push(line);
            if process.address.port() != 0 {
                process.unread = Some(stderr);
                return Ok(process);
            }
        }
    }

    /// What it prints, if that is piped.
    pub(super) fn take_output(&mut self) -> ChildStdout {
        self.child.stdout.take().unwrap()
    }

    /// The lines of the log so far that have this text.
    pub(super) fn logged(&self, text: &str) -> Vec<String> {
        let log = self.log.lock().unwrap();
        let lines = log.iter().filter(|line| line.contains(text));
        lines.cloned().collect()
    }

    /// Waits for a line of the log.
    pub(super) fn wait_for_log(&self, text: &str) -> String {
        let start = Instant::now();
        loop {
            if let Some(line) = self.logged(text).pop() {
                return line;
            }
            assert!(start.elapsed() < PATIENCE, "not logged: {text}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub(super) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends one request on a connection of its own.
    pub(super) fn send(&self, request: &[u8]) -> u16 {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        status(&mut stream)
    }

    pub(super) fn terminate(&self) {
        let process = i32::try_from(self.child.id()).unwrap();
        kill(Pid::from_raw(process), Signal::SIGTERM).unwrap();
    }

    /// Stops it, and says how long that took.
    pub(super) fn stop(mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        self.terminate();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, start.elapsed());
            }
            assert!(start.elapsed() < PATIENCE, "it did not stop");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status of the next response, whose body is empty.
pub(super) fn status(stream: &mut TcpStream) -> u16 {
    let head = head(stream);
    let status = head.split(' ').nth(1);
    status
        .unwrap_or_else(|| panic!("no response: {head:?}"))
        .parse()
        .unwrap()
}

/// The next response as a whole, on a connection that ends with it.
pub(super) fn whole(stream: &mut TcpStream) -> (u16, String, String) {
    let head = head(stream);
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    (status, head, String::from_utf8(body).unwrap())
}

/// The head of the next response.
pub(super) fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            // A machine that was asleep interrupts reads with a time-out.
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            end => panic!("{end:?} after {:?}", String::from_utf8_lossy(&head)),
        }
    }
    String::from_utf8(head).unwrap()
}

/// A genuine delivery.
#[derive(Clone)]
pub(super) struct Delivery {
    pub(super) id: String,
    pub(super) path: &'static str,
    pub(super) secret: String,
    pub(super) age: Duration,
    pub(super) headers: Vec<(&'static str, &'static str)>,
    pub(super) body: String,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            id: format!("msg_{:x}", fastrand::u128(..)),
            path: PATH,
            secret: SECRET.to_owned(),
            age: Duration::ZERO,
            headers: Vec::new(),
            body: EventType::ContactCreated.sample().to_owned(),
        }
    }
}

impl Delivery {
    pub(super) fn request(&self) -> http::Request<String> {
        let signed_at = Timestamp::from(SystemTime::now() - self.age);
        let signer = Signer::new(self.secret.as_str()).unwrap();
        let signed = signer.request(&self.id, signed_at, self.body.clone());
        let mut request = signed.map(|_| self.body.clone());
        *request.uri_mut() = self.path.parse().unwrap();
        for &(name, value) in &self.headers {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        request
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let request = self.request();
        let (method, headers) = (request.method(), request.headers());
        let headers = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap()));
        let headers: Vec<String> = headers.collect();
        let bytes = format!(
            "{method} {} HTTP/1.1\r\nhost: receiver\r\n{}content-length: {}\r\n\r\n{}",
            self.path,
            headers.concat(),
            self.body.len(),
            self.body,
        );
        bytes.into_bytes()
    }
}
