//! What may have been meant.

/// As alike as `clap` wants the names of its arguments to be before it suggests one.
const ALIKE: f64 = 0.7;

/// The name that is the most like `given`, if one is like it.
pub(crate) fn nearest<'n>(
    given: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let given = given.to_ascii_lowercase();
    let alike = |name: &str| strsim::jaro_winkler(&given, &name.to_ascii_lowercase());
    let candidates = names.into_iter().map(|name| (alike(name), name));
    candidates
        .filter(|(alike, _)| *alike > ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}
