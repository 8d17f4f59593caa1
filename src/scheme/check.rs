//! A signature on its way: the head is read, the body is hashed, the verdict is given.

use std::fmt;

use bytes::Bytes;
use http::HeaderMap;

use super::{
    BodyCheck, Claims, CustomKeys, Kind, Scheme,
    declared::{DeclaredCheck, DeclaredHead},
};
use crate::{
    crypto::Keyring,
    error::rejection::{Rejection, RejectionKind},
    message::Timestamp,
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
            Self::Custom(claims, _) => claims.id().map(|id| id.as_str()),
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

    /// Starts to check the signature, and no longer needs the head.
    #[inline]
    pub(crate) fn start(self, keys: &SchemeKeys) -> SignatureCheck {
        SignatureCheck(match (self, keys) {
            (Self::Declared(head), SchemeKeys::Keyring(keyring)) => {
                Check::Declared(head.start(keyring))
            }
            (Self::Custom(claims, check), _) => Check::Custom(claims, check),
            (Self::Declared(_), SchemeKeys::Custom(_)) => Check::Impossible,
        })
    }
}

/// A signature that is being checked while the body arrives.
pub(crate) struct SignatureCheck(Check);

enum Check {
    Declared(DeclaredCheck),
    Custom(Claims, Box<dyn BodyCheck>),
    /// The keys are not those of the scheme: nothing matches.
    Impossible,
}

/// What a verified request says, and which of the keys signed it.
pub(crate) struct Signed {
    pub(crate) claims: Claims,
    pub(crate) key_position: u16,
}

impl SignatureCheck {
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
        self,
        scheme: &Scheme,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Signed, Rejection> {
        match (self.0, &*scheme.0) {
            (Check::Declared(check), Kind::Declared(scheme)) => {
                Ok(check.finish(scheme, headers, body)?)
            }
            (Check::Custom(claims, mut check), _) => Ok(Signed {
                claims: check.finish(body, claims)?,
                key_position: 0,
            }),
            _ => Err(RejectionKind::SignatureMismatch.into()),
        }
    }
}
