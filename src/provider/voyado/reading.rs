/// How an object is read of which more than one reading is possible: names can be there twice, and objects within it can
/// hold what counts as if it stood outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Each text is looked at once. What is out of the ordinary is an error: the object is to be read as a `Whole` then.
    InPassing,
    /// What stands outside is read first, then the objects within. Every object can be read so.
    Whole,
}

/// Reads in passing, or else as a whole.
pub(super) fn in_passing_or_whole<T, E>(read: impl Fn(Reading) -> Result<T, E>) -> Result<T, E> {
    read(Reading::InPassing).or_else(|_| read(Reading::Whole))
}
