use std::fmt::Write as _;

use serde::Deserialize;
use serde_path_to_error::{Segment, Track};

/// No path is longer, whatever was sent.
const LONGEST_PATH: usize = 256;
/// Nor the name of a field in it.
const LONGEST_NAME: usize = 64;

/// The path of the field at which a `T` cannot be read from JSON; `None` if it can, or if the error is at no field.
///
/// It reads everything once more, and is for the log.
pub(super) fn path_of_error<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Option<String> {
    let mut track = Track::new();
    let mut json = serde_json::Deserializer::from_slice(json);
    T::deserialize(serde_path_to_error::Deserializer::new(
        &mut json, &mut track,
    ))
    .err()?;
    let path = track.path();
    let mut text = String::new();
    for segment in &path {
        if text.len() > LONGEST_PATH {
            text.push('…');
            break;
        }
        match segment {
            Segment::Seq { index } => {
                let _ = write!(text, "[{index}]");
            }
            Segment::Map { key } => push(&mut text, key),
            Segment::Enum { variant } => push(&mut text, variant),
            Segment::Unknown => push(&mut text, ""),
        }
    }
    (!text.is_empty()).then_some(text)
}

/// The keys of a map may be anything, personal data too: what does not look like the name of a field is not shown.
fn push(path: &mut String, name: &str) {
    let is_name = name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte == b'_' || byte == b'-' || byte.is_ascii_alphanumeric());
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(if is_name { name } else { "?" });
}
