//! The causes that can be proven, by name.

use std::fmt;

/// Why a delivery was rejected, with its proof.
///
/// A cause is named only if it is proven: what it states was undone, and the signature matched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cause {
    pub(super) kind: CauseKind,
    pub(super) proof: String,
}

impl Cause {
    pub(super) fn new(kind: CauseKind, proof: impl Into<String>) -> Self {
        Self {
            kind,
            proof: proof.into(),
        }
    }

    /// Which cause it is.
    pub fn kind(&self) -> CauseKind {
        self.kind
    }

    /// What shows that it is this one, in a sentence. Never a secret, never a right signature.
    pub fn proof(&self) -> &str {
        &self.proof
    }

    /// What to do about it.
    pub fn cure(&self) -> &str {
        self.kind.cure()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.kind, self.proof, self.cure())
    }
}

macro_rules! causes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $cure:literal;)*) => {
        /// The kinds of [`Cause`], each with a stable name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum CauseKind {
            $($(#[$doc])* $variant,)*
        }

        impl CauseKind {
            /// Every kind, in the order in which they are tried.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable name, such as `body_reserialized`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What is usually done about it.
            pub fn cure(self) -> &'static str {
                match self {
                    $(Self::$variant => $cure,)*
                }
            }
        }
    };
}

causes! {
    /// The secret of another endpoint, tenant or environment.
    OtherSecret = "other_secret", "Configure the secret of the endpoint that sends here.";
    /// The secret was rotated on one side only.
    RetiredSecret = "retired_secret", "Configure the current secret, and keep the old one beside it until the sender stops using it.";
    /// White space around the secret.
    SecretWhitespace = "secret_whitespace", "Remove the white space around the secret, such as the newline at the end of a file.";
    /// Quotes around the secret.
    SecretQuotes = "secret_quotes", "Remove the quotes around the secret.";
    /// A prefix of the secret that is missing, or taken as a part of the key.
    SecretPrefix = "secret_prefix", "Configure the secret exactly as the sender shows it, for the scheme that the sender uses.";
    /// The key is used as text instead of decoded, or the other way round.
    SecretEncoding = "secret_encoding", "Choose how the key is made of the secret's text: as text, hex or base64.";
    /// JSON was parsed and written again on the way.
    BodyReserialized = "body_reserialized", "Verify the raw bytes of the body, before anything parses it, and keep proxies from rewriting JSON.";
    /// A newline or a byte order mark was added or removed, or line ends were changed.
    BodyLineEnd = "body_line_end", "Pass the body on byte for byte: nothing may trim it or change its line ends.";
    /// Text was read in one character set and written in another.
    BodyCharset = "body_charset", "Treat the body as bytes, not as text.";
    /// A gateway hands the body over in base64.
    BodyBase64 = "body_base64", "Decode the body before it is verified: the gateway hands it over in base64.";
    /// The body was compressed or inflated on the way.
    BodyCompressed = "body_compressed", "Inflate the body before it is verified, and only then: a decompression layer belongs outside of this one.";
    /// The body is shorter or longer than announced.
    BodyTruncated = "body_truncated", "Find what cuts the body off: a limit of a proxy, a time-out, or a buffer.";
    /// The clock of one side is off.
    Clock = "clock", "Synchronise the clock of this machine, or ask the sender about theirs.";
    /// An old capture is sent again.
    ReplayedCapture = "replayed_capture", "Have the sender send it anew. To judge a stored capture, give the time at which it came.";
    /// The timestamp is in milliseconds where seconds are expected.
    TimestampMilliseconds = "timestamp_milliseconds", "Read the timestamp in milliseconds, if that is the sender's unit.";
    /// Headers of two families are mixed, or a proxy renamed them.
    HeaderFamily = "header_family", "Pass the signature headers on under their own names.";
    /// A header that the scheme needs is missing.
    HeaderMissing = "header_missing", "Pass the header on: a proxy or a framework removes it, or the request is not the sender's.";
    /// The signature is written in another encoding or syntax.
    SignatureEncoding = "signature_encoding", "Send the signature in the encoding that the scheme asks for.";
    /// There are only signatures of a kind for which no key is configured.
    OnlyV1a = "only_v1a", "Configure a key of the kind that the sender signs with.";
    /// The request is another provider's.
    OtherProvider = "other_provider", "Choose the scheme of that provider, or correct the URL that it sends to.";
    /// A development relay with a secret of its own stands between.
    Relay = "relay", "Use the signing secret that the relay shows, or have it pass requests on unchanged.";
    /// The source address is not allowed.
    SourceIp = "source_ip", "Name the proxies in front as trusted, or add the address to the allowlist.";
    /// Verified, but the event does not parse.
    Event = "event", "Correct the event type: the delivery is genuine.";
    /// Nothing of the above: what remains.
    Forged = "forged", "If you expected this request, compare the secret and the body with what the sender has; otherwise there is nothing to do.";
}

impl fmt::Display for CauseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
