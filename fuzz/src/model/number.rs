//! Decimal numbers of any size.

/// Sign, digits without zeros at the ends, and the power of ten that they are multiplied with.
#[derive(Debug, PartialEq, Eq)]
pub struct Number {
    is_negative: bool,
    digits: String,
    exponent: i64,
}

impl Number {
    /// Reads a JSON number, or a text with one, which may have a plus sign too.
    pub fn parse(text: &str) -> Option<Self> {
        let (significand, exponent) = match text.split_once(['e', 'E']) {
            Some((significand, exponent)) => (significand, exponent.parse().ok()?),
            None => (text, 0_i64),
        };
        let (is_negative, significand) = match significand.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, significand.strip_prefix('+').unwrap_or(significand)),
        };
        let (whole, fraction) = significand.split_once('.').unwrap_or((significand, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0').trim_end_matches('0');
        if digits.is_empty() {
            return Some(Self {
                is_negative: false,
                digits: String::new(),
                exponent: 0,
            });
        }
        let zeros = all.len() - all.trim_end_matches('0').len();
        let shift = i64::try_from(zeros).ok()? - i64::try_from(fraction.len()).ok()?;
        Some(Self {
            is_negative,
            digits: digits.to_owned(),
            exponent: exponent.checked_add(shift)?,
        })
    }
}
