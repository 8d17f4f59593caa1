//! A signature on its way: the head is read, the body is hashed, the verdict is given.

use std::fmt;

use bytes::Bytes;

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
///
/// The claims stay where they are until the verdict: they are large too, and each move of them would be felt.
pub(crate) struct SignatureCheck {
    claims: Claims,
    check: Check,
}

// Boxed, the larger one would be allocated for each request.
#[allow(clippy::large_enum_variant)]
enum Check {
    Declared(DeclaredCheck),
    Custom(Box<dyn BodyCheck>),
    /// The keys are not those of the scheme: nothing matches.
    Impossible,
}

impl SignatureCheck {
    /// A check that has not begun: it is large, and is filled where it stays.
    #[inline]
    pub(crate) fn new() -> Self {
        Self {
            claims: Claims::new(),
            check: Check::Declared(DeclaredCheck::new()),
        }
    }

    /// Starts with a head, which is no longer needed then.
    #[inline]
    pub(crate) fn start(&mut self, head: HeadReading<'_>, keys: &SchemeKeys) {
        match (head, keys, &mut self.check) {
            (HeadReading::Declared(head), SchemeKeys::Keyring(keyring), Check::Declared(check)) => {
                head.claim(&mut self.claims);
                head.start(keyring, check);
            }
            (HeadReading::Custom(claims, check), ..) => {
                self.claims = claims;
                self.check = Check::Custom(check);
            }
            (HeadReading::Declared(_), ..) => self.check = Check::Impossible,
        }
    }

    /// Takes the next bytes of the body.
    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match &mut self.check {
            Check::Declared(check) => check.update(bytes),
            Check::Custom(check) => check.update(bytes),
            Check::Impossible => {}
        }
    }

    /// Decides: the position of the key that signed. `body` is what was taken, in one piece.
    #[inline]
    pub(crate) fn finish(&mut self, scheme: &Scheme, body: &Bytes) -> Result<u16, Rejection> {
        match (&mut self.check, &*scheme.0) {
            (Check::Declared(check), Kind::Declared(scheme)) => {
                Ok(check.finish(scheme, &mut self.claims, body)?)
            }
            (Check::Custom(check), _) => {
                self.claims = check.finish(body, std::mem::take(&mut self.claims))?;
                Ok(0)
            }
            _ => Err(RejectionKind::SignatureMismatch.into()),
        }
    }

    /// What the request claims, to be believed once [`finish`](Self::finish) has found its signature genuine.
    #[inline]
    pub(crate) fn claims(&self) -> &Claims {
        &self.claims
    }

    #[inline]
    pub(crate) fn take_claims(&mut self) -> Claims {
        std::mem::take(&mut self.claims)
    }
}
