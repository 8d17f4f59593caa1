//! The header token: a header with a value that only the sender knows.

use std::fmt;

use http::{HeaderMap, HeaderName};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::{
    error::config_error::{ConfigError, ConfigErrorKind},
    error::{
        RejectionDetail,
        rejection::{Rejection, RejectionKind},
    },
};

/// The header to look at, and the values that are accepted: one, or several while one is rotated.
///
/// The header is not signed: it keeps strangers away before a body is read, and proves nothing more.
pub(crate) struct HeaderToken {
    name: HeaderName,
    accepted: Vec<Zeroizing<Vec<u8>>>,
}

impl HeaderToken {
    /// White space at the ends of a value is dropped, as HTTP does on the way.
    pub(crate) fn new<V: AsRef<[u8]>>(
        name: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Self, ConfigError> {
        let parsed = name
            .parse()
            .map_err(|_| ConfigError::new(ConfigErrorKind::InvalidHeaderName).about(name))?;
        let accepted: Vec<_> = values
            .into_iter()
            .map(|value| Zeroizing::new(value.as_ref().trim_ascii().to_vec()))
            .collect();
        if accepted.is_empty() {
            return Err(ConfigError::new(ConfigErrorKind::NoHeaderToken).about(name));
        }
        if let Some(index) = accepted.iter().position(|value| value.is_empty()) {
            let error = ConfigError::new(ConfigErrorKind::EmptyHeaderToken);
            return Err(error.at("header token", index, accepted.len()));
        }
        let parsed: HeaderName = parsed;
        // The first clone of a name allocates what later ones share: those are made for strangers.
        let _ = parsed.clone();
        Ok(Self {
            name: parsed,
            accepted,
        })
    }

    pub(crate) fn name(&self) -> &HeaderName {
        &self.name
    }

    /// Every line of the header has to be an accepted value. The time tells a value's length, not its content.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<(), Rejection> {
        let mut lines = headers.get_all(&self.name).iter().peekable();
        if lines.peek().is_none() {
            let name = self.name.clone();
            return Err(Rejection::new(RejectionKind::HeaderTokenMissing)
                .with_detail(RejectionDetail::MissingHeader { name }));
        }
        let all_accepted = lines.fold(Choice::from(1), |all, line| {
            all & self.accepts(line.as_bytes())
        });
        if all_accepted.into() {
            Ok(())
        } else {
            Err(RejectionKind::HeaderTokenMismatch.into())
        }
    }

    fn accepts(&self, value: &[u8]) -> Choice {
        self.accepted
            .iter()
            .fold(Choice::from(0), |any, accepted| any | accepted.ct_eq(value))
    }
}

impl fmt::Debug for HeaderToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderToken")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
