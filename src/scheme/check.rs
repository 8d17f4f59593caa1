//! A signature on its way: the head is read, the body is hashed, the verdict is given.

use std::fmt;

use bytes::Bytes;
use http::HeaderMap;

use super::{
    BodyCheck, Claims, CustomKeys, Kind, Scheme, declared::DeclaredHead,
    declared_check::DeclaredCheck,
};
use crate::{
    crypto::Keyring,
    error::rejection::{Rejection, RejectionKind},
    message::{MessageId, Timestamp},
};

/// The keys of one scheme, as it uses them.
pub(crate) enum SchemeKeys {
    Keyring(Keyring),
    Custom(CustomKeys),
}

impl fmt::Debug for SchemeKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keyring(keyring) => keyring.fmt(f),
            Self::Custom(_) => f.write_str("[redacted]"),
        }
    }
}

/// What a scheme read in a head.
pub(crate) enum HeadReading<'h> {
    Declared(DeclaredHead<'h>),
    Custom(Claims, Box<dyn BodyCheck>),
}

impl HeadReading<'_> {
    /// The id that the head claims.
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::Declared(head) => head.id(),
            Self::Custom(claims, _) => claims.id().map(MessageId::as_str),
        }
    }

    /// The signed timestamp that the head claims.
    #[inline]
    pub(crate) fn timestamp(&self) -> Option<Timestamp> {
        match self {
            Self::Declared(head) => head.timestamp(),
            Self::Custom(claims, _) => claims.timestamp(),
        }
    }
}

/// A signature that is being checked while the body arrives.
pub(crate) struct SignatureCheck(Check);

// Boxed, the larger one would be allocated for each request.
#[allow(clippy::large_enum_variant)]
enum Check {
    Declared(DeclaredCheck),
    Custom(Claims, Box<dyn BodyCheck>),
    /// The keys are not those of the scheme: nothing matches.
    Impossible,
}

/// What a verified request claims, and which of the keys signed it.
pub(crate) struct Signed {
    pub(crate) claims: Claims,
    pub(crate) key_position: u16,
}

impl SignatureCheck {
    /// A check that has not begun: it is large, and is filled where it stays.
    #[inline]
    pub(crate) fn new() -> Self {
        Self(Check::Declared(DeclaredCheck::new()))
    }

    /// Starts with a head, which is no longer needed then.
    #[inline]
    pub(crate) fn start(&mut self, head: HeadReading<'_>, keys: &SchemeKeys) {
        match (head, keys, &mut self.0) {
            (HeadReading::Declared(head), SchemeKeys::Keyring(keyring), Check::Declared(check)) => {
                head.start(keyring, check);
            }
            (HeadReading::Custom(claims, check), ..) => self.0 = Check::Custom(claims, check),
            (HeadReading::Declared(_), ..) => self.0 = Check::Impossible,
        }
    }

    /// Takes the next bytes of the body.
    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Check::Declared(check) => check.update(bytes),
            Check::Custom(_, check) => check.update(bytes),
            Check::Impossible => {}
        }
    }

    /// Decides. `body` is what was taken, in one piece, and `headers` are those of the head that was read.
    #[inline]
    pub(crate) fn finish(
        &mut self,
        scheme: &Scheme,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Signed, Rejection> {
        match (&mut self.0, &*scheme.0) {
            (Check::Declared(check), Kind::Declared(scheme)) => {
                Ok(check.finish(scheme, headers, body)?)
            }
            (Check::Custom(claims, check), _) => Ok(Signed {
                claims: check.finish(body, std::mem::take(claims))?,
                key_position: 0,
            }),
            _ => Err(RejectionKind::SignatureMismatch.into()),
        }
    }
}
