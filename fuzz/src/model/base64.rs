//! Base64 by its definition (RFC 4648, section 4), symbol by symbol.

const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Decodes with any part of the padding that belongs there, whatever the unused last bits are.
pub fn decode_leniently(text: &str) -> Option<Vec<u8>> {
    let symbols = text.trim_end_matches('=');
    let padding = text.len() - symbols.len();
    let last = symbols.len() % 4;
    if last == 1 || padding > (4 - last) % 4 {
        return None;
    }
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for symbol in symbols.bytes() {
        let value = SYMBOLS.iter().position(|known| *known == symbol)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}
