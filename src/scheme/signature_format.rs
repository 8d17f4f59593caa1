use std::borrow::Cow;

use crate::crypto::Encoding;

/// Where a scheme's signatures are in the head, and how they are written.
///
/// Several header lines, and several signatures on a line, are candidates each: senders sign with several secrets while
/// one is rotated.
///
/// ```
/// use tower_webhook::scheme::{Encoding, SignatureFormat};
///
/// // X-Hub-Signature-256: sha256=<hex>
/// let github = SignatureFormat::header("x-hub-signature-256").prefix("sha256=");
/// // Stripe-Signature: t=<seconds>,v1=<hex>,v1=<hex>
/// let stripe = SignatureFormat::fields("stripe-signature", ',', "v1");
/// // X-Shopify-Hmac-SHA256: <base64>
/// let shopify = SignatureFormat::header("x-shopify-hmac-sha256").encoding(Encoding::Base64);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct SignatureFormat {
    pub(super) headers: Vec<Cow<'static, str>>,
    pub(super) encoding: Encoding,
    pub(super) grammar: Grammar,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Grammar {
    /// Whole values, one or a list with commas.
    Values { prefix: Cow<'static, str> },
    /// `key=value`, separated; those with this key are signatures.
    Fields {
        separator: u8,
        key: Cow<'static, str>,
    },
    /// `version,value` of Standard Webhooks, separated by spaces or commas.
    Versions,
}

impl SignatureFormat {
    /// A header whose value is the signature. A comma separates several.
    pub fn header(name: impl Into<Cow<'static, str>>) -> Self {
        Self::headers([name])
    }

    /// Several such headers, of which each may have a signature: `X-DocuSign-Signature-1`, `-2` ….
    pub fn headers<N: Into<Cow<'static, str>>>(names: impl IntoIterator<Item = N>) -> Self {
        Self {
            headers: names.into_iter().map(Into::into).collect(),
            encoding: Encoding::default(),
            grammar: Grammar::Values {
                prefix: Cow::Borrowed(""),
            },
        }
    }

    /// A header of fields, `key=value`, with `separator` (`,` or `;`) between them. Each field with this `key` is a
    /// signature; others are ignored.
    pub fn fields(
        header: impl Into<Cow<'static, str>>,
        separator: char,
        key: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            headers: vec![header.into()],
            encoding: Encoding::default(),
            grammar: Grammar::Fields {
                // Another character than an ASCII one is rejected by `build`.
                separator: u8::try_from(separator).unwrap_or_default(),
                key: key.into(),
            },
        }
    }

    /// The text in front of each signature, such as `sha256=`; a value without it is no candidate. Default: none. Fields
    /// have none: their key stands in its place.
    pub fn prefix(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        if let Grammar::Values { prefix } = &mut self.grammar {
            *prefix = text.into();
        }
        self
    }

    /// How the bytes of a signature are written. Default: [`Encoding::Hex`].
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }
}

#[cfg(any(feature = "explain", feature = "testing"))]
impl Grammar {
    /// The text in front of a signature in a header that is written by us.
    pub(super) fn written(&self, signature: &str, version: &str) -> String {
        match self {
            Self::Values { prefix } => format!("{prefix}{signature}"),
            Self::Fields { key, .. } => format!("{key}={signature}"),
            Self::Versions => format!("{version},{signature}"),
        }
    }
}
