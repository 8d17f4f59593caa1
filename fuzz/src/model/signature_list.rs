//! The list of signatures.

/// The entries of all lines.
pub fn entries<'h>(lines: &[&'h [u8]]) -> Vec<&'h [u8]> {
    lines
        .iter()
        .flat_map(|line| line.split(|byte| *byte == b' '))
        .filter(|entry| !entry.is_empty())
        .collect()
}

/// Whether there are more than 64 entries, or more than 8 KiB.
pub fn is_too_long(lines: &[&[u8]]) -> bool {
    entries(lines).len() > 64 || lines.concat().len() > 8192
}
