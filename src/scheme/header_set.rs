//! The signed headers that belong together.

use http::{HeaderMap, HeaderName};

use super::lines::{SignatureLines, only_value};
use crate::error::{
    RejectionDetail,
    rejection::{Rejection, RejectionKind},
};

/// Their names.
pub(super) struct HeaderSet {
    pub(super) id: Option<HeaderName>,
    pub(super) timestamp: Option<HeaderName>,
    pub(super) signatures: Vec<HeaderName>,
}

/// A set of which no header is missing.
pub(super) struct CompleteSet<'h> {
    pub(super) signatures: SignatureLines<'h>,
    pub(super) id: OneValue<'h>,
    pub(super) timestamp: OneValue<'h>,
}

/// The value of a header that the set may have, if its lines do not contradict each other.
type OneValue<'h> = Result<Option<&'h [u8]>, RejectionKind>;
/// The id, the timestamp and the signature, as far as they are missing; of several names of the signature, the first.
pub(super) type MissingHeaders<'h> = [Option<&'h HeaderName>; 3];

impl HeaderSet {
    /// The first set that is complete; else what is missing of the one that lacks the fewest.
    #[inline]
    pub(super) fn first_complete<'h>(
        sets: &'h [Self],
        headers: &'h HeaderMap,
    ) -> Result<CompleteSet<'h>, MissingHeaders<'h>> {
        let (mut nearest, mut fewest) = (MissingHeaders::default(), usize::MAX);
        for set in sets {
            let value = |name: &Option<HeaderName>| match name {
                None => Some(Ok(None)),
                Some(name) => match only_value(&headers.get_all(name)) {
                    Ok(None) => None,
                    value => Some(value),
                },
            };
            let (id, timestamp) = (value(&set.id), value(&set.timestamp));
            match (
                id,
                timestamp,
                SignatureLines::find(headers, &set.signatures),
            ) {
                (Some(id), Some(timestamp), Some(signatures)) => {
                    return Ok(CompleteSet {
                        signatures,
                        id,
                        timestamp,
                    });
                }
                (id, timestamp, signatures) => {
                    let missing = [
                        set.id.as_ref().filter(|_| id.is_none()),
                        set.timestamp.as_ref().filter(|_| timestamp.is_none()),
                        set.signatures.first().filter(|_| signatures.is_none()),
                    ];
                    let count = missing.iter().flatten().count();
                    // Of several that are as near, the last: the standard's own.
                    if count <= fewest {
                        (nearest, fewest) = (missing, count);
                    }
                }
            }
        }
        Err(nearest)
    }
}

/// Names the first header that is missing.
pub(super) fn missing_header(missing: MissingHeaders<'_>) -> Rejection {
    let rejection = Rejection::new(RejectionKind::MissingSignatureHeaders);
    match missing.into_iter().flatten().next().cloned() {
        Some(name) => rejection.with_detail(RejectionDetail::MissingHeader { name }),
        None => rejection,
    }
}
