//! A secret for one run.

use base64::{Engine, engine::general_purpose::STANDARD};
use tower_webhook::{
    Receiver,
    provider::{KeyKind, Preset},
    scheme::Scheme,
};

use crate::failure::Failure;

/// A new secret in the first form that the scheme takes.
pub(super) fn new(preset: &Preset, scheme: &Scheme) -> Result<String, Failure> {
    let needs_one = || {
        Failure(format!(
            "--provider {}: no secret can be made for this sender: give --secret",
            preset.slug()
        ))
    };
    if matches!(preset.key_kind(), KeyKind::PublicKey | KeyKind::Certificate) {
        return Err(needs_one());
    }
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|error| Failure(format!("no randomness: {error}")))?;
    let hex = random
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let base64 = STANDARD.encode(random);
    let is_standard = scheme.name() == tower_webhook::scheme::standard_webhooks().name();
    let forms = match preset.key_kind() {
        KeyKind::SecretWithKeyId => vec![format!("key-1={hex}")],
        _ if is_standard => vec![format!("whsec_{base64}")],
        // Text, digits and base64 differ; one sender wants a name in front.
        _ => vec![hex.clone(), base64, format!("user:{hex}")],
    };
    let fits = |secret: &&String| {
        let receiver = Receiver::builder(secret.as_str()).scheme(scheme.clone());
        receiver.danger_accept_replays().build().is_ok()
    };
    forms.iter().find(fits).cloned().ok_or_else(needs_one)
}
