//! The base64 around a sealed payload.

use base64::Engine;

use self::engines::{STANDARD, URL_SAFE};
use super::DecryptError;

/// Decodes the standard or the URL-safe alphabet, with the padding of RFC 4648, section 3.2, or without any.
///
/// Senders are free in these two, as their languages are. Nothing else that lenient decoders pass over is
/// accepted: both alphabets in one text, half a padding, white space, unused last bits that are not zero.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, DecryptError> {
    let text = without_padding(text)?;
    let decoded = if is_standard(text) {
        STANDARD.decode(text)
    } else {
        URL_SAFE.decode(text)
    };
    decoded.map_err(|_| DecryptError)
}

/// Padding fills up to a multiple of four; what is too much of it is left on, for the engine to reject.
fn without_padding(text: &str) -> Result<&str, DecryptError> {
    let symbols = text
        .strip_suffix("==")
        .or_else(|| text.strip_suffix('='))
        .unwrap_or(text);
    if symbols.len() == text.len() || text.len() % 4 == 0 {
        Ok(symbols)
    } else {
        Err(DecryptError)
    }
}

/// Whether a symbol of the standard alphabet is there that the URL-safe one does not have.
///
/// Looks at every byte, which vectorises: a search that can stop does not, and finds nothing most of the time.
fn is_standard(symbols: &str) -> bool {
    symbols
        .bytes()
        .fold(false, |found, symbol| found | matches!(symbol, b'+' | b'/'))
}

/// The vectorised engines choose the processor's best instructions once.
#[cfg(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_feature = "neon")
))]
mod engines {
    use std::sync::LazyLock;

    use base64::engine::{Simd, general_purpose::NO_PAD};

    pub(super) static STANDARD: LazyLock<Simd> = LazyLock::new(|| Simd::standard(NO_PAD));
    pub(super) static URL_SAFE: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));
}

#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_feature = "neon")
)))]
mod engines {
    pub(super) use base64::engine::general_purpose::{
        STANDARD_NO_PAD as STANDARD, URL_SAFE_NO_PAD as URL_SAFE,
    };
}
