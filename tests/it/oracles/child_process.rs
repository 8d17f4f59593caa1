//! A package of another language, in a process of its own.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use super::{
    oracle::{Identity, Oracle, Verdict},
    sent::Sent,
};

pub(super) struct ChildProcess {
    identity: Identity,
    /// The classes of the errors by which it refuses. Any other shows a mistake in how it is asked.
    refuses_with: &'static [&'static str],
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl ChildProcess {
    /// Starts `interpreter` with a script that verifies, in the folder where the packages are installed.
    pub(super) fn start(
        identity: Identity,
        refuses_with: &'static [&'static str],
        interpreter: &mut Command,
        folder: &Path,
    ) -> Self {
        let mut process = interpreter
            .arg(identity.package.name())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            identity,
            refuses_with,
            questions: process.stdin.take().unwrap(),
            answers: BufReader::new(process.stdout.take().unwrap()),
            process,
        }
    }
}

impl Oracle for ChildProcess {
    fn identity(&self) -> Identity {
        self.identity
    }

    /// Neither side waits for the other: the process reads a whole line before it writes one.
    fn verdicts(&mut self, requests: &[&Sent]) -> Vec<Verdict> {
        let mut line = serde_json::to_string(requests).unwrap();
        line.push('\n');
        self.questions.write_all(line.as_bytes()).unwrap();
        line.clear();
        self.answers.read_line(&mut line).unwrap();
        let refusals: Vec<Option<String>> = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{}: {error}: {line:?}", self.identity));
        for class in refusals.iter().flatten() {
            assert!(
                self.refuses_with.contains(&&**class),
                "{}: {class}",
                self.identity
            );
        }
        refusals
            .into_iter()
            .map(|refusal| refusal.map_or(Ok(()), Err))
            .collect()
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}
