//! The SDKs of one language, in a process of its own.

use std::{
    fmt,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::LazyLock,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::draft::{Sent, Unsigned};
use crate::oracles::packages::install;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Language {
    JavaScript,
    Python,
}

/// Why an SDK rejects.
pub(super) type Verdict = Result<(), String>;

pub(super) struct Sdk {
    language: Language,
    process: Child,
    questions: ChildStdin,
    responses: BufReader<ChildStdout>,
}

/// What an SDK adds to a request.
#[derive(Debug, Deserialize)]
pub(super) struct Signed {
    pub(super) headers: std::collections::BTreeMap<String, String>,
    pub(super) body: Option<String>,
}

/// Once for all tests: two installations into one folder break each other.
static PYTHON: LazyLock<Option<PathBuf>> = LazyLock::new(|| install("senders/python"));
static JAVASCRIPT: LazyLock<Option<PathBuf>> = LazyLock::new(|| install("senders/javascript"));

/// Those that can be had on this machine.
pub(super) fn all() -> Vec<Sdk> {
    let mut sdks = Vec::new();
    if let Some(folder) = &*JAVASCRIPT {
        let mut node = Command::new("node");
        node.args(["--input-type=module", "--eval"]);
        node.arg(include_str!("javascript/judge.mjs"));
        sdks.push(Sdk::start(Language::JavaScript, node.current_dir(folder)));
    }
    if let Some(folder) = &*PYTHON {
        let mut python = Command::new(folder.join("bin/python"));
        python.args(["-c", include_str!("python/judge.py")]);
        sdks.push(Sdk::start(Language::Python, &mut python));
    }
    sdks
}

/// The senders of whose SDKs some sign, in their order.
pub(super) fn signing(language: Language) -> &'static [&'static str] {
    match language {
        Language::JavaScript => &[
            "adyen",
            "adyen-platform",
            "github",
            "hubspot-v3",
            "stripe",
            "twilio",
        ],
        Language::Python => &[
            "adyen",
            "adyen-platform",
            "hubspot-v3",
            "slack",
            "stripe",
            "twilio",
        ],
    }
}

impl Sdk {
    fn start(language: Language, interpreter: &mut Command) -> Self {
        let mut process = interpreter
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            language,
            questions: process.stdin.take().unwrap(),
            responses: BufReader::new(process.stdout.take().unwrap()),
            process,
        }
    }

    pub(super) fn language(&self) -> Language {
        self.language
    }

    pub(super) fn verdicts(&mut self, requests: &[Sent]) -> Vec<Verdict> {
        let rejections: Vec<Option<String>> = self.ask(requests);
        rejections
            .into_iter()
            .map(|rejection| rejection.map_or(Ok(()), Err))
            .collect()
    }

    /// The requests as the SDKs sign them; `None` where one does not sign.
    pub(super) fn signed(&mut self, drafts: &[Unsigned]) -> Vec<Option<Sent>> {
        let signed: Vec<Option<Signed>> = self.ask(drafts);
        let requests = drafts.iter().zip(signed);
        requests
            .map(|(draft, signed)| Some(draft.signed_by(signed?)))
            .collect()
    }

    /// Neither side waits for the other: the process reads a whole line before it writes one.
    fn ask<T: DeserializeOwned>(&mut self, questions: &[impl Serialize]) -> Vec<T> {
        let mut line = serde_json::to_string(questions).unwrap();
        line.push('\n');
        self.questions.write_all(line.as_bytes()).unwrap();
        line.clear();
        self.responses.read_line(&mut line).unwrap();
        let responses: Vec<T> = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{}: {error}: {line:?}", self.language));
        assert_eq!(responses.len(), questions.len());
        responses
    }
}

impl Drop for Sdk {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
