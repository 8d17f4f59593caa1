use crate::message::Timestamp;

/// Longest text of a time that is read, in bytes.
pub(super) const MAX_LEN: usize = 40;

/// How a timestamp is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeFormat {
    /// Whole seconds since the Unix epoch: ASCII digits without a leading zero.
    Seconds,
    /// Milliseconds since the Unix epoch, written alike.
    Milliseconds,
    /// RFC 3339, such as `2026-07-01T12:00:00.123Z` (feature `providers`).
    #[cfg(feature = "providers")]
    Rfc3339,
    /// A date of HTTP (RFC 9110, section 5.6.7), such as `Wed, 01 Jul 2026 12:00:00 GMT` (feature
    /// `providers`).
    #[cfg(feature = "providers")]
    HttpDate,
}

impl TimeFormat {
    /// The time, in whole seconds; `None` for what is not written so, and for times before 1970.
    #[inline]
    pub(crate) fn parse(self, text: &[u8]) -> Option<Timestamp> {
        if text.len() > MAX_LEN {
            return None;
        }
        match self {
            Self::Seconds => Timestamp::parse(text),
            Self::Milliseconds => {
                let milliseconds = Timestamp::parse(text)?.unix_seconds();
                Some(Timestamp::from_unix_seconds(milliseconds / 1000))
            }
            #[cfg(feature = "providers")]
            Self::Rfc3339 => {
                let time: jiff::Timestamp = std::str::from_utf8(text).ok()?.parse().ok()?;
                of_seconds(time.as_second())
            }
            #[cfg(feature = "providers")]
            Self::HttpDate => {
                let time = jiff::fmt::rfc2822::DateTimeParser::new()
                    .parse_timestamp(text)
                    .ok()?;
                of_seconds(time.as_second())
            }
        }
    }
}

#[cfg(feature = "providers")]
fn of_seconds(seconds: i64) -> Option<Timestamp> {
    u64::try_from(seconds)
        .ok()
        .map(Timestamp::from_unix_seconds)
}
