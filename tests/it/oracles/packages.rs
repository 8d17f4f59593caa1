//! The packages of Python and JavaScript: where they are installed, and how they are asked.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use super::{
    child_process::ChildProcess,
    oracle::{Identity, Language, Oracle, Package},
};
use crate::support::skip;

/// Once for all tests.
static PYTHON: LazyLock<Option<PathBuf>> = LazyLock::new(|| install("packages/python"));
static JAVASCRIPT: LazyLock<Option<PathBuf>> = LazyLock::new(|| install("packages/javascript"));

/// A process for each package that can be had on this machine.
pub(super) fn all() -> Vec<Box<dyn Oracle>> {
    let mut oracles: Vec<Box<dyn Oracle>> = Vec::new();
    for package in Package::BOTH {
        if let Some(folder) = &*PYTHON {
            oracles.push(Box::new(python(package, folder)));
        }
        if let Some(folder) = &*JAVASCRIPT {
            oracles.push(Box::new(javascript(package, folder)));
        }
    }
    oracles
}

fn python(package: Package, folder: &Path) -> ChildProcess {
    let identity = Identity {
        language: Language::Python,
        package,
    };
    let mut interpreter = Command::new(folder.join("bin/python"));
    interpreter.args(["-c", include_str!("packages/python/verify.py")]);
    let refuses_with = &[
        "EmptyWebhookSecretError",
        "Error", // of binascii
        "UnicodeDecodeError",
        "ValueError",
        "WebhookVerificationError",
    ];
    ChildProcess::start(identity, refuses_with, &mut interpreter, folder)
}

fn javascript(package: Package, folder: &Path) -> ChildProcess {
    let identity = Identity {
        language: Language::JavaScript,
        package,
    };
    let mut interpreter = Command::new("node");
    interpreter.args(["--input-type=module", "--eval"]);
    interpreter.arg(include_str!("packages/javascript/verify.mjs"));
    let refuses_with = &["Error", "WebhookVerificationError"];
    ChildProcess::start(identity, refuses_with, &mut interpreter, folder)
}

/// Installs the packages that are pinned in a folder beside this file, unless they are installed, below the target directory.
pub(super) fn install(pinned: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("oracles")
        .join(pinned);
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/oracles");
    let mut script = Command::new(here.join("packages/install"));
    let failure = match script.arg(here.join(pinned)).arg(&folder).output() {
        Ok(output) if output.status.success() => return Some(folder),
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    skip(
        &format!("the oracles in {pinned}"),
        &format!("they cannot be installed: {failure}"),
    );
    None
}
