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
    /// Of a declared scheme. No signature matches one that has not begun.
    declared: DeclaredCheck,
    /// Of a custom scheme.
    custom: Option<Box<dyn BodyCheck>>,
}

impl SignatureCheck {
    /// A check that has not begun: it is large, and is filled where it stays.
    #[inline]
    pub(crate) fn new() -> Self {
        Self {
            claims: Claims::new(),
            declared: DeclaredCheck::new(),
            custom: None,
        }
    }

    /// Starts with a head, which is no longer needed then.
    #[inline]
    pub(crate) fn start(&mut self, head: HeadReading<'_>, keys: &SchemeKeys) {
        match (head, keys) {
            (HeadReading::Declared(head), SchemeKeys::Keyring(keyring)) => {
                head.claim(&mut self.claims);
                head.start(keyring, &mut self.declared);
            }
            (HeadReading::Custom(claims, check), _) => {
                self.claims = claims;
                self.custom = Some(check);
            }
            // The keys are not those of the scheme: nothing matches.
            (HeadReading::Declared(_), SchemeKeys::Custom(_)) => {}
        }
    }

    /// Takes the next bytes of the body.
    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match &mut self.custom {
            None => self.declared.update(bytes),
            Some(check) => check.update(bytes),
        }
    }

    /// Decides: the position of the key that signed. `body` is what was taken, in one piece.
    #[inline]
    pub(crate) fn finish(&mut self, scheme: &Scheme, body: &Bytes) -> Result<u16, Rejection> {
        match (&mut self.custom, &*scheme.0) {
            (None, Kind::Declared(scheme)) => {
                Ok(self.declared.finish(scheme, &mut self.claims, body)?)
            }
            (Some(check), _) => {
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
