//! The receiver with an inbox: stored before it is answered, then printed or forwarded.

mod dead_letters;
mod forwarding;
mod postgres;
mod printing;
mod senders;
mod store;
mod target;

use std::{
    io::{BufRead, BufReader},
    process::{ChildStdout, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use super::process::{PATIENCE, Process, command};

/// Starts it; its lines come as they are printed.
fn start(variables: &[(&str, &str)]) -> (Process, mpsc::Receiver<String>) {
    let mut command = command(variables);
    command.stdout(Stdio::piped());
    let mut receiver = Process::try_start(command).unwrap();
    let lines = lines(receiver.take_output());
    (receiver, lines)
}

fn lines(output: ChildStdout) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver
}

/// The next line that it prints.
fn next(lines: &mpsc::Receiver<String>) -> serde_json::Value {
    let line = lines.recv_timeout(PATIENCE).expect("a line");
    serde_json::from_str(&line).unwrap()
}

/// Asserts that nothing more is printed for a while.
fn assert_silent(lines: &mpsc::Receiver<String>) {
    if let Ok(line) = lines.recv_timeout(Duration::from_millis(700)) {
        panic!("printed: {line}");
    }
}

/// What a command for the dead letters says: its exit code, its output, its errors.
fn inbox(url: &str, arguments: &[&str]) -> (i32, String, String) {
    let output = command(&[("INBOX_URL", url)])
        .env_remove("SIGNING_SECRETS")
        .arg("inbox")
        .args(arguments)
        .stdout(Stdio::piped())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// Waits until there are so many dead letters; returns their lines.
fn wait_for_dead(url: &str, count: usize) -> Vec<serde_json::Value> {
    let start = std::time::Instant::now();
    loop {
        let (code, stdout, stderr) = inbox(url, &["list"]);
        assert_eq!((code, stderr.as_str()), (0, ""));
        let letters: Vec<_> = stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        if letters.len() == count {
            return letters;
        }
        assert!(start.elapsed() < PATIENCE, "{count} awaited: {letters:?}");
        thread::sleep(Duration::from_millis(50));
    }
}
