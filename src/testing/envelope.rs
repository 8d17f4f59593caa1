use std::collections::BTreeMap;

use serde_json::value::{RawValue, to_raw_value};

/// A Voyado envelope with its payload sealed, as a tenant that encrypts sends it.
///
/// ```
/// use tower_webhook::{decrypt::Aes256Cbc, testing::sealed_envelope, voyado::EventType};
///
/// let key = Aes256Cbc::new("DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2")?;
/// let plain = EventType::ContactDeleted.sample();
/// let sealed = sealed_envelope(plain, |payload| key.seal(payload, [0; 16]))?;
/// assert!(sealed.contains(r#""isEncrypted":true"#));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// What is not an object with a `payload`.
pub fn sealed_envelope(
    envelope: &str,
    seal: impl FnOnce(&[u8]) -> String,
) -> Result<String, serde_json::Error> {
    let mut fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(envelope)?;
    let payload = fields
        .get("payload")
        .ok_or_else(|| <serde_json::Error as serde::de::Error>::missing_field("payload"))?;
    let sealed = seal(payload.get().as_bytes());
    fields.insert("payload".into(), to_raw_value(&sealed)?);
    fields.insert("isEncrypted".into(), to_raw_value(&true)?);
    serde_json::to_string(&fields)
}
