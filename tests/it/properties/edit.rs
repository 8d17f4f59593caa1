use http::HeaderValue;
use proptest::{option, prelude::*, sample::Index};

/// A byte replaced, added or taken away.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    at: Index,
    removes: bool,
    inserts: Option<u8>,
}

/// Most often with a byte that means something in a header.
pub(super) fn edit() -> impl Strategy<Value = Edit> {
    let telling = prop::sample::select(b"0123456789.,=+-/_ \tv1aA\xe5".as_slice());
    let byte = prop_oneof![telling, any::<u8>()];
    (any::<Index>(), any::<bool>(), option::weighted(0.8, byte)).prop_map(
        |(at, removes, inserts)| Edit {
            at,
            removes,
            inserts,
        },
    )
}

impl Edit {
    /// The text with one byte changed. Rejects a case that would change nothing.
    pub(super) fn of(&self, text: &[u8]) -> Result<Vec<u8>, TestCaseError> {
        let (left, right) = text.split_at(self.at.index(text.len() + 1));
        let right = match right {
            [_, rest @ ..] if self.removes => rest,
            _ => right,
        };
        let edited = [left, self.inserts.as_slice(), right].concat();
        prop_assume!(edited != text);
        Ok(edited)
    }

    /// The same, of the value of a header. Rejects what no header could carry, too.
    pub(super) fn of_header(&self, value: &[u8]) -> Result<Vec<u8>, TestCaseError> {
        let edited = self.of(value)?;
        prop_assume!(HeaderValue::from_bytes(&edited).is_ok());
        Ok(edited)
    }
}
