use zeroize::Zeroizing;

use crate::scheme::KeyInput;

/// The secrets as they were configured, for explanations: a wrong form of one is a cause to be found.
pub(in crate::receiver) struct SecretTexts {
    pub(in crate::receiver) current: Vec<Zeroizing<String>>,
    pub(in crate::receiver) retired: Vec<Zeroizing<String>>,
}

impl SecretTexts {
    /// Of keys that were not given as text there is none.
    pub(super) fn of(current: &[KeyInput], retired: &[KeyInput]) -> Self {
        let texts = |keys: &[KeyInput]| {
            let texts = keys.iter().filter_map(|key| key.text().ok());
            texts.map(|text| Zeroizing::new(text.to_owned())).collect()
        };
        Self {
            current: texts(current),
            retired: texts(retired),
        }
    }
}
