//! The descriptions against the official schemas: those of `OpenAPI` and JSON Schema by their Python validators, that of `AsyncAPI` as the
//! npm package `@asyncapi/specs` has it.

use std::{
    env,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Map, Value, json};
use tower_webhook::voyado::{EventType, describe};

const PYTHON_PACKAGES: [&str; 2] = ["openapi-spec-validator==0.7.2", "jsonschema>=4.23,<5"];
const NPM_PACKAGE: &str = "@asyncapi/specs@6";

#[test]
fn every_description_is_valid_and_every_sample_fits_its_schema() {
    let Some(folder) = install() else { return };
    let of_each = |value: fn(EventType) -> Value| -> Map<String, Value> {
        let each = EventType::ALL.iter();
        each.map(|event_type| (event_type.to_string(), value(*event_type)))
            .collect()
    };
    let given = json!({
        "openapi": describe::openapi(),
        "asyncapi": describe::asyncapi(),
        "all": describe::json_schema_of_all(),
        "schemas": of_each(describe::json_schema),
        "samples": of_each(|event_type| serde_json::from_str(event_type.sample()).unwrap()),
    });
    let mut python = Command::new(folder.join("python/bin/python"))
        .args(["-c", include_str!("check.py")])
        .arg(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python
        .stdin
        .take()
        .unwrap()
        .write_all(given.to_string().as_bytes())
        .unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
}

/// Installs what is not installed yet, into a folder below the target directory.
fn install() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("official-schemas");
    let complete = folder.join("complete");
    if complete.exists() {
        return Some(folder);
    }
    let path = folder.to_str().unwrap();
    let venv = format!("{path}/python");
    let pip = format!("{venv}/bin/pip");
    let steps: [Vec<&str>; 3] = [
        vec!["python3", "-m", "venv", &venv],
        [&[pip.as_str(), "install", "--quiet"], &PYTHON_PACKAGES[..]].concat(),
        vec![
            "npm",
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--prefix",
            path,
            NPM_PACKAGE,
        ],
    ];
    std::fs::create_dir_all(&folder).unwrap();
    for step in steps {
        let done = Command::new(step[0]).args(&step[1..]).output();
        let failure = match done {
            Ok(output) if output.status.success() => continue,
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        let why = format!("`{}` fails: {failure}", step.join(" "));
        assert!(
            env::var_os("CI").is_none(),
            "{why}, and in CI nothing is skipped"
        );
        // Not by a macro, whose output is shown only if the test fails.
        let loudly = format!("\n*** SKIPPED: the official schemas, since {why} ***\n");
        std::io::stderr().write_all(loudly.as_bytes()).unwrap();
        return None;
    }
    std::fs::write(complete, "").unwrap();
    Some(folder)
}
