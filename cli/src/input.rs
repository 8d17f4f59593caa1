//! Files and standard input.

use std::{
    fs,
    io::{self, IsTerminal, Read},
    path::Path,
};

use crate::failure::Failure;

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
