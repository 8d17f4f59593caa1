use std::{error::Error, fmt};

/// A payload could not be decrypted.
///
/// It gives no reason. Anyone who learns whether the padding or something else was wrong can ask often enough
/// to read what is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DecryptError;

impl fmt::Display for DecryptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("decryption failed")
    }
}

impl Error for DecryptError {}
