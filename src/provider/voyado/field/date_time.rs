use std::fmt;

use jiff::{Timestamp, civil, fmt::temporal::Pieces, tz::Offset};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{JsonField, Mismatch, text::text};

/// A date and time as Voyado sends it: with an offset from UTC, or with none.
///
/// Two values are equal if they were sent alike; to compare instants, compare their [`timestamp`](Self::timestamp)s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    civil: civil::DateTime,
    offset: Option<Offset>,
}

impl DateTime {
    /// What a calendar and a clock at the place of the [`offset`](Self::offset) show, to the nanosecond.
    pub fn civil(&self) -> civil::DateTime {
        self.civil
    }

    /// The offset from UTC that was sent. `Z` is an offset of zero.
    pub fn offset(&self) -> Option<Offset> {
        self.offset
    }

    /// The instant.
    ///
    /// `None` if no offset was sent, since nothing says then which place's time is meant, and for the very
    /// ends of the calendar: .NET's greatest date is after the last [`Timestamp`].
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.offset?.to_timestamp(self.civil).ok()
    }
}

/// As in RFC 3339, with the offset that was sent, or without one.
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pieces = Pieces::from(self.civil);
        match self.offset {
            Some(offset) => pieces.with_offset(offset).fmt(f),
            None => pieces.fmt(f),
        }
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonField for DateTime {
    /// A date without a time is a mismatch: midnight would be a guess.
    fn from_json(json: &RawValue) -> Result<Self, Mismatch> {
        with_pieces(json, |pieces| {
            pieces.time().map(|time| Self {
                civil: pieces.date().to_datetime(time),
                offset: pieces.to_numeric_offset(),
            })
        })
    }

    fn to_json(&self) -> impl Serialize {
        self
    }

    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A date and time of RFC 3339; the offset from UTC may be missing."
        })
    }
}

/// Reads a field that means a date but may have a time: a date alone is its midnight.
pub(in crate::provider::voyado) fn date_or_date_time(
    json: &RawValue,
) -> Result<DateTime, Mismatch> {
    with_pieces(json, |pieces| {
        Some(DateTime {
            civil: pieces
                .date()
                .to_datetime(pieces.time().unwrap_or(civil::Time::midnight())),
            offset: pieces.to_numeric_offset(),
        })
    })
}

impl JsonField for civil::Date {
    /// Reads a date. A time after it is dropped: .NET sends midnight where only a date is meant.
    fn from_json(json: &RawValue) -> Result<Self, Mismatch> {
        with_pieces(json, |pieces| Some(pieces.date()))
    }

    fn to_json(&self) -> impl Serialize {
        self.to_string()
    }

    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

fn with_pieces<T>(
    json: &RawValue,
    read: impl FnOnce(Pieces<'_>) -> Option<T>,
) -> Result<T, Mismatch> {
    let text = text(json)?;
    // A time zone or a calendar in brackets would be lost.
    if text.contains('[') {
        return Err(Mismatch);
    }
    let pieces = Pieces::parse(&*text).map_err(|_| Mismatch)?;
    // So would the seconds of an offset, which RFC 3339 does not have.
    let has_seconds = |offset: Offset| offset.seconds() % 60 != 0;
    if pieces.to_numeric_offset().is_some_and(has_seconds) {
        return Err(Mismatch);
    }
    read(pieces).ok_or(Mismatch)
}
