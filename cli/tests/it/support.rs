use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::Value;

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const OTHER_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// What a command printed, and its exit code.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The names of the causes.
    pub(crate) fn causes(&self) -> Vec<String> {
        let json = self.json();
        let causes = json["causes"].as_array().unwrap().iter();
        causes
            .map(|cause| cause["cause"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// The binary, without the variables of whoever runs the tests.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tower-webhook"));
    for variable in [
        "SIGNING_SECRETS",
        "PROVIDER",
        "PUBLIC_URL",
        "WEBHOOK_ID",
        "WEBHOOK_URL",
        "INBOX_URL",
        "TOKENS",
        "TOKEN_HEADER",
        "DECRYPTION_KEY",
        "CIPHER",
    ] {
        command.env_remove(variable);
    }
    command.args(args);
    command
}

pub(crate) fn run(args: &[&str]) -> Output {
    run_with_input(args, "")
}

pub(crate) fn run_with_input(args: &[&str], input: impl AsRef<[u8]>) -> Output {
    let mut command = command(args);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that does not read it may have ended.
    let _ = child.stdin.take().unwrap().write_all(input.as_ref());
    let output = child.wait_with_output().unwrap();
    Output {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// `body` as a raw request with the headers that `sign` printed.
pub(crate) fn signed_request(args: &[&str], body: &str) -> String {
    let signed = run_with_input(&[&["sign"], args].concat(), body);
    assert_eq!(signed.code, 0, "{signed:?}");
    format!(
        "POST /webhooks HTTP/1.1\r\nhost: shop.example\r\n{}\r\n{body}",
        signed.stdout.replace('\n', "\r\n")
    )
}

/// A running `listen`.
pub(crate) struct Listening {
    child: Child,
    lines: BufReader<ChildStdout>,
    pub(crate) console: String,
    pub(crate) url: String,
    /// If it was made.
    pub(crate) secret: Option<String>,
}

impl Listening {
    pub(crate) fn start(args: &[&str]) -> Self {
        let args = [&["listen", "--port", "0", "--json"], args].concat();
        let mut command = command(&args);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut listening = Self {
            child,
            lines,
            console: String::new(),
            url: String::new(),
            secret: None,
        };
        let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
        listening.console = text(&listening.line(), "console");
        listening.url = text(&listening.line(), "deliveries");
        if !args.contains(&"--secret") {
            listening.secret = Some(text(&listening.line(), "secret"));
        }
        listening
    }

    /// The next line.
    pub(crate) fn line(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: `{line}`"))
    }

    /// Ends it with a signal; its exit code and what it had still to print.
    pub(crate) fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", signal, &id])
                .status()
                .unwrap()
                .success()
        );
        let code = self.child.wait().unwrap().code();
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        (code, rest)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
