//! What a machine can lack, and readers that do not read.

use std::{
    io::{BufRead, BufReader, Write},
    process::{ChildStdout, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::process::{Delivery, PATIENCE, Process, command, command_after, status};

/// Enough to fill a pipe, at more than 100 bytes a line.
const LINES: usize = 2000;
/// Less than service managers wait, at the least.
const STOP: Duration = Duration::from_secs(12);

#[test]
fn it_stops_at_once_when_there_is_nothing_to_finish() {
    let receiver = Process::start(&[]);
    let _silent = receiver.connect();
    let mut idle = receiver.connect();
    idle.write_all(&Delivery::default().bytes()).unwrap();
    assert_eq!(status(&mut idle), 204);
    let (status, took) = receiver.stop();
    assert!(status.success());
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[test]
fn a_log_that_nobody_reads_stops_nothing() {
    let variables = [("RUST_LOG", "trace")];
    let receiver = Process::start_unread(command(&variables)).unwrap();
    let mut stream = receiver.connect();
    for _ in 0..LINES {
        stream.write_all(&Delivery::default().bytes()).unwrap();
        assert_eq!(status(&mut stream), 204);
    }
    let (status, took) = receiver.stop();
    assert!(status.success());
    assert!(took < STOP, "{took:?}");
}

#[test]
fn what_nobody_reads_from_its_output_is_not_acknowledged_and_does_not_keep_it() {
    let (receiver, _output) = with_output(&[]);
    let unacknowledged = until_stuck(&receiver);
    assert_eq!(receiver.logged(&unacknowledged.id), Vec::<String>::new());
    let (status, took) = receiver.stop();
    assert!(status.success());
    assert!(took < STOP, "{took:?}");
}

#[test]
fn a_line_that_is_being_written_when_its_sender_leaves_is_written_once() {
    let (receiver, output) = with_output(&[("IDEMPOTENCY", "memory")]);
    let unacknowledged = until_stuck(&receiver);
    assert_eq!(receiver.send(&unacknowledged.bytes()), 409, "in progress");
    let printed = thread::spawn(move || {
        let lines = BufReader::new(output).lines();
        lines.map(Result::unwrap).collect::<Vec<_>>()
    });
    let start = Instant::now();
    while receiver.send(&unacknowledged.bytes()) != 200 {
        assert!(start.elapsed() < PATIENCE, "it is never done");
        thread::sleep(Duration::from_millis(50));
    }
    let (status, _) = receiver.stop();
    assert!(status.success());
    let printed = printed.join().unwrap();
    let times = printed
        .iter()
        .filter(|line| line.contains(&unacknowledged.id));
    assert_eq!(times.count(), 1);
}

fn with_output(variables: &[(&str, &str)]) -> (Process, ChildStdout) {
    let mut command = command(variables);
    command.stdout(Stdio::piped());
    let mut receiver = Process::try_start(command).unwrap();
    let output = receiver.take_output();
    (receiver, output)
}

/// Sends until a delivery is not acknowledged for a while, and leaves.
fn until_stuck(receiver: &Process) -> Delivery {
    let mut stream = receiver.connect();
    let patience = Some(Duration::from_secs(1));
    for _ in 0..LINES {
        let delivery = Delivery::default();
        stream.write_all(&delivery.bytes()).unwrap();
        stream.set_read_timeout(patience).unwrap();
        if stream.peek(&mut [0]).is_err() {
            return delivery;
        }
        assert_eq!(status(&mut stream), 204);
    }
    panic!("the output was not stuck");
}

#[test]
fn a_soft_limit_of_open_files_is_raised() {
    let receiver = Process::try_start(command_after("ulimit -Sn 80", &[])).unwrap();
    assert_eq!(receiver.logged("MAX_CONNECTIONS"), Vec::<String>::new());
    let connections: Vec<_> = (0..150).map(|_| receiver.connect()).collect();
    let start = Instant::now();
    assert_eq!(receiver.send(&Delivery::default().bytes()), 204);
    assert!(start.elapsed() < Duration::from_secs(5));
    drop(connections);
}

#[test]
fn fewer_open_files_than_connections_are_warned_about_and_none_is_missing_then() {
    let limited = command_after("ulimit -Sn 80 && ulimit -Hn 80", &[]);
    let receiver = Process::try_start(limited).unwrap();
    let warning = receiver.wait_for_log("MAX_CONNECTIONS");
    assert!(
        warning.contains("MAX_CONNECTIONS is 40 instead of 4096"),
        "{warning}"
    );
    let connections: Vec<_> = (0..150).map(|_| receiver.connect()).collect();
    assert_eq!(receiver.send(&Delivery::default().bytes()), 204);
    drop(connections);
    assert_eq!(receiver.logged("cannot accept"), Vec::<String>::new());
}
