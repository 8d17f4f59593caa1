/// How an object is read of which more than one reading is possible: names can be there twice, and objects within it can
/// hold what counts as if it stood outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Each text is looked at once. What is out of the ordinary is an error: the object is to be read as a `Whole` then.
    InPassing,
    /// What stands outside is read first, then the objects within. Every object can be read so.
    Whole,
}
