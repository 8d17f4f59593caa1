use rust_decimal::Decimal;
use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

use super::{JsonField, Mismatch, text::text};

/// A sign, 29 digits and a point: no longer text fits into a [`Decimal`] exactly.
const LONGEST: usize = 31;

impl JsonField for Decimal {
    /// Reads a number, or a string with a number. What does not fit exactly is a mismatch, never rounded.
    fn from_json(json: &RawValue) -> Result<Self, Mismatch> {
        let parsed = match text(json) {
            Ok(text) => parse(&text),
            Err(Mismatch) => parse(json.get()),
        };
        parsed.ok_or(Mismatch)
    }

    fn to_json(&self) -> impl Serialize {
        Number(self)
    }

    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["number", "string"] })
    }
}

/// Writes the digits of the decimal as a JSON number.
struct Number<'a>(&'a Decimal);

impl Serialize for Number<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string())
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

fn parse(number: &str) -> Option<Decimal> {
    match number.split_once(['e', 'E']) {
        None => parse_plain(number),
        Some((significand, exponent)) => shift(parse_plain(significand)?, exponent.parse().ok()?),
    }
}

fn parse_plain(number: &str) -> Option<Decimal> {
    // `Decimal` also reads digits that are grouped by underscores.
    let is_plain = number.len() <= LONGEST && !number.contains('_');
    is_plain
        .then(|| Decimal::from_str_exact(number).ok())
        .flatten()
}

/// `number` times ten to the power of `exponent`, if that is exact. `Decimal::from_scientific` rounds.
fn shift(number: Decimal, exponent: i32) -> Option<Decimal> {
    let scale = i32::try_from(number.scale()).ok()?.checked_sub(exponent)?;
    let (factor, scale) = match u32::try_from(scale) {
        Ok(scale) => (1, scale),
        Err(_) => (10_i128.checked_pow(scale.unsigned_abs())?, 0),
    };
    Decimal::try_from_i128_with_scale(number.mantissa().checked_mul(factor)?, scale).ok()
}
