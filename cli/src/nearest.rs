//! What may have been meant.

/// How alike a name has to be: as much as `clap` wants it of its arguments, with more weight on how it begins.
const ALIKE: f64 = 0.7;

/// A hint at the name that is the most like `given`; empty if none is like it.
pub(crate) fn hint<'n>(given: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    let given = given.to_ascii_lowercase();
    let alike = |name: &str| strsim::jaro_winkler(&given, &name.to_ascii_lowercase());
    let candidates = names.into_iter().map(|name| (alike(name), name));
    candidates
        .filter(|(alike, _)| *alike > ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, nearest)| format!(", did you mean `{nearest}`?"))
        .unwrap_or_default()
}
