//! What is changed of a genuine request.

use std::fmt;

use tower_webhook::scheme::Encoding;

use super::sender::{BodyKind, Sender};

macro_rules! changes {
    ($($change:ident $name:literal,)+) => {
        /// A change, by its name in `exceptions.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Change {
            $($change,)+
        }

        impl Change {
            pub(super) const ALL: &[Self] = &[$(Self::$change,)+];

            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Self::$change => $name,)+
                }
            }
        }
    };
}

changes! {
    None "none",
    BodyNotText "body-not-text",
    BodyEmpty "body-empty",
    BodyFlipped "body-flipped",
    BodyCut "body-cut",
    BodyExtended "body-extended",
    SignatureFlipped "signature-flipped",
    SignatureCut "signature-cut",
    SignatureExtended "signature-extended",
    SignatureInUpperCase "signature-in-upper-case",
    SignatureWithoutPadding "signature-without-padding",
    SignatureUrlSafe "signature-url-safe",
    SignatureWithUnusedBits "signature-with-unused-bits",
    SignatureEmpty "signature-empty",
    SignatureMissing "signature-missing",
    SignatureWithoutPrefix "signature-without-prefix",
    PrefixInOtherCase "prefix-in-other-case",
    ForgedBehind "forged-behind",
    ForgedInFront "forged-in-front",
    LineRepeated "line-repeated",
    ForgedLineBehind "forged-line-behind",
    TimeAMinuteAgo "time-a-minute-ago",
    TimeTooOld "time-too-old",
    TimeTooNew "time-too-new",
    TimeChanged "time-changed",
    TimeWithPlus "time-with-plus",
    TimeWithZero "time-with-zero",
    TimeMissing "time-missing",
    OtherSecret "other-secret",
    OtherUrl "other-url",
}

impl Change {
    /// Whether there is such a thing in the sender's requests.
    pub(super) fn applies_to(self, sender: &Sender) -> bool {
        let in_header = sender.signature.header.is_some();
        let has_prefix = in_header && !sender.signature.marker.is_empty();
        let is_free = matches!(sender.body, BodyKind::Text);
        match self {
            Self::BodyNotText | Self::BodyEmpty => is_free,
            Self::SignatureInUpperCase => sender.encoding == Encoding::Hex,
            Self::SignatureWithoutPadding
            | Self::SignatureUrlSafe
            | Self::SignatureWithUnusedBits => sender.encoding == Encoding::Base64,
            Self::SignatureMissing
            | Self::ForgedBehind
            | Self::ForgedInFront
            | Self::LineRepeated
            | Self::ForgedLineBehind => in_header,
            Self::SignatureWithoutPrefix | Self::PrefixInOtherCase => has_prefix,
            Self::TimeAMinuteAgo
            | Self::TimeTooOld
            | Self::TimeTooNew
            | Self::TimeChanged
            | Self::TimeWithPlus
            | Self::TimeWithZero
            | Self::TimeMissing => sender.time.is_some(),
            Self::OtherUrl => sender.signs_url,
            _ => true,
        }
    }

    /// How far from now a request is signed, in seconds. Away from the edges: the SDKs read the real clock.
    pub(super) fn offset(self) -> i64 {
        match self {
            Self::TimeAMinuteAgo => -60,
            Self::TimeTooOld => -330,
            Self::TimeTooNew => 330,
            _ => 0,
        }
    }

    /// The encoded signature, changed.
    pub(super) fn of_encoded(self, encoded: &str) -> Option<String> {
        let symbols = encoded.trim_end_matches('=');
        let padding = &encoded[symbols.len()..];
        Some(match self {
            Self::SignatureFlipped => other_symbol(encoded, encoded.len() / 2),
            Self::SignatureCut => encoded[..encoded.len() / 2].to_owned(),
            Self::SignatureExtended => format!("{encoded}0"),
            Self::SignatureInUpperCase => encoded.to_ascii_uppercase(),
            Self::SignatureWithoutPadding => symbols.to_owned(),
            Self::SignatureUrlSafe => encoded.replace('+', "-").replace('/', "_"),
            Self::SignatureWithUnusedBits if !padding.is_empty() => {
                // The last symbol has two or four unused bits: the next one in the alphabet sets the lowest of them.
                let last = symbols.as_bytes()[symbols.len() - 1];
                let next = match last {
                    b'Z' => 'a',
                    b'z' => '0',
                    b'9' => '+',
                    other => char::from(other + 1),
                };
                format!("{}{next}{padding}", &symbols[..symbols.len() - 1])
            }
            Self::SignatureEmpty => String::new(),
            _ => return None,
        })
    }
}

/// The text with another symbol at that place.
pub(super) fn other_symbol(encoded: &str, at: usize) -> String {
    let other = if encoded.as_bytes()[at] == b'0' {
        "1"
    } else {
        "0"
    };
    format!("{}{other}{}", &encoded[..at], &encoded[at + 1..])
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
