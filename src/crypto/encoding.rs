use base64::{Engine, engine::general_purpose::STANDARD};

/// Most bytes that a tag or signature has: an ECDSA signature over P-256 in DER.
const MAX_LEN: usize = 72;
/// Bytes that the decoder of base64 asks for: it counts in groups of three.
const BUFFER_LEN: usize = MAX_LEN + 3;

/// How a tag or a signature is written in a header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Hexadecimal, in either case. The default.
    #[default]
    Hex,
    /// Base64 with the standard alphabet and padding (RFC 4648, section 4).
    Base64,
}

impl Encoding {
    /// The bytes of a candidate, if it is well formed and not too long to be a signature.
    ///
    /// Unused last bits of base64 have to be zero: otherwise one signature could be written in several ways.
    #[inline]
    pub(crate) fn decode(self, text: &[u8]) -> Option<Decoded> {
        let mut bytes = [0; BUFFER_LEN];
        let len = match self {
            Self::Hex => decode_hex(text, &mut bytes)?,
            Self::Base64 if text.len() <= MAX_LEN.div_ceil(3) * 4 => {
                STANDARD.decode_slice(text, &mut bytes).ok()?
            }
            Self::Base64 => return None,
        };
        let len = u8::try_from(len).ok()?;
        Some(Decoded { bytes, len })
    }

    /// Writes `bytes` as a header has them.
    #[cfg(any(
        feature = "explain",
        feature = "forward",
        feature = "providers",
        feature = "testing"
    ))]
    pub(crate) fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex => bytes
                .iter()
                .flat_map(|byte| [byte >> 4, byte & 15])
                .filter_map(|digit| char::from_digit(digit.into(), 16))
                .collect(),
            Self::Base64 => STANDARD.encode(bytes),
        }
    }

    /// Whether `byte` can stand in an encoded signature, padding apart.
    pub(crate) fn has_symbol(self, byte: u8) -> bool {
        match self {
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'),
        }
    }
}

/// A signature of a request, decoded. Its sender knows it: zeroing it would be for nothing.
pub(crate) struct Decoded {
    bytes: [u8; BUFFER_LEN],
    len: u8,
}

impl Decoded {
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len()).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        usize::from(self.len)
    }
}

/// What is in [`DIGITS`] for a symbol that is no digit.
const NO_DIGIT: u8 = 0xff;

/// The value of each hexadecimal digit.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0_u8;
    while value < 16 {
        let symbol = b"0123456789abcdef"[value as usize];
        digits[symbol as usize] = value;
        digits[symbol.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    digits
};

/// Decodes pairs of hexadecimal digits into `out`; `None` for another character, an odd number or too many of them.
pub(crate) fn decode_hex(text: &[u8], out: &mut [u8]) -> Option<usize> {
    let pairs = text.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let len = pairs.len();
    let mut seen = 0;
    for (byte, pair) in out.get_mut(..len)?.iter_mut().zip(pairs) {
        let [high, low] = pair else { return None };
        let (high, low) = (digit(*high), digit(*low));
        seen |= high | low;
        *byte = high << 4 | low;
    }
    // No digit has a high bit.
    (seen <= 0x0f).then_some(len)
}

#[inline]
fn digit(symbol: u8) -> u8 {
    let value = DIGITS.get(usize::from(symbol));
    value.copied().unwrap_or(NO_DIGIT)
}
