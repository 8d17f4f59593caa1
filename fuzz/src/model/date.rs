//! Dates with a time, of the shape that every reader knows.

use std::sync::LazyLock;

use regex::Regex;

/// Days that every month has, in years that no calendar disputes.
static SHAPE: LazyLock<Regex> = LazyLock::new(|| {
    let date = r"([12][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])";
    let time = r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,9}))?";
    let offset = r"Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9])";
    Regex::new(&format!("^({date}T{time})({offset})?$")).expect("a regular expression")
});

/// What such a text says.
pub struct Date {
    /// The calendar and the clock, to the second, as they were written.
    pub civil: String,
    /// Nanoseconds since the Unix epoch, if there is an offset.
    pub instant: Option<i128>,
}

impl Date {
    /// `None` for another shape, which may be good as well.
    pub fn parse(text: &str) -> Option<Self> {
        let parts = SHAPE.captures(text)?;
        let number = |at| -> Option<i128> { parts.get(at)?.as_str().parse().ok() };
        let (year, month, day) = (number(2)?, number(3)?, number(4)?);
        // The year starts in March, so that a leap day is its last (proleptic Gregorian).
        let years = if month > 2 { year } else { year - 1 };
        let months = (month + 9) % 12;
        let days =
            years * 365 + years / 4 - years / 100 + years / 400 + (months * 153 + 2) / 5 + day
                - 1
                - 719_468;
        let seconds = days * 86_400 + number(5)? * 3600 + number(6)? * 60 + number(7)?;
        let fraction = parts.get(8).map_or("", |fraction| fraction.as_str());
        let nanoseconds: i128 = format!("{fraction:0<9}").parse().ok()?;
        let offset = match parts.get(10) {
            None => 0,
            Some(sign) => {
                let ahead = number(11)? * 3600 + number(12)? * 60;
                if sign.as_str() == "-" { -ahead } else { ahead }
            }
        };
        let has_offset = parts.get(9).is_some();
        Some(Self {
            civil: text.get(..19)?.to_owned(),
            instant: has_offset.then_some((seconds - offset) * 1_000_000_000 + nanoseconds),
        })
    }
}
