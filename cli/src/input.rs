//! Settings, files and standard input.

use std::{
    fs,
    io::{self, IsTerminal, Read},
    path::Path,
};

use crate::failure::Failure;

/// As the receiver reads the same variables: without white space around, and not set if nothing is left.
pub(crate) fn set(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// The bytes of a file, or of standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if path.as_os_str() != "-" {
        return fs::read(path).map_err(|error| Failure(format!("{}: {error}", path.display())));
    }
    let mut stdin = io::stdin().lock();
    if stdin.is_terminal() {
        eprintln!("reading standard input; end it with Ctrl-D");
    }
    let mut input = Vec::new();
    stdin.read_to_end(&mut input)?;
    Ok(input)
}
