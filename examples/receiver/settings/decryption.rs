//! How encrypted payloads are opened.

use tower_webhook::{
    ConfigError,
    decrypt::{Aes256Cbc, Aes256Gcm},
    receiver::ReceiverBuilder,
};

use super::provider::Sender;
use super::variable::{Unset, Variable, VariableError, variables};

variables! {
    DECRYPTION_KEY: Unset::Without("no decryption"), "the key of encrypted payloads, 32 characters";
    CIPHER: Unset::Without("default: aes-256-cbc"), "aes-256-cbc or aes-256-gcm";
    REQUIRE_ENCRYPTION: Unset::Value("false"), "true rejects payloads that are not encrypted, false accepts them";
}

pub(super) fn add(
    builder: ReceiverBuilder,
    sender: &Sender,
) -> Result<ReceiverBuilder, VariableError> {
    let builder = if REQUIRE_ENCRYPTION.parsed("is neither `true` nor `false`")? {
        builder.require_encryption()
    } else {
        builder
    };
    let cipher = CIPHER.text()?;
    let Some(key) = DECRYPTION_KEY.text()? else {
        return match cipher {
            Some(_) => Err(DECRYPTION_KEY.missing_beside(&CIPHER)),
            None => Ok(builder),
        };
    };
    if sender.preset.is_some() {
        return Err(DECRYPTION_KEY.error("is for Voyado's events alone, and PROVIDER is set"));
    }
    let mistake = |error: ConfigError| DECRYPTION_KEY.error(error.to_string());
    match cipher.as_deref() {
        None | Some("aes-256-cbc") => Ok(builder.decrypt(Aes256Cbc::new(&key).map_err(mistake)?)),
        Some("aes-256-gcm") => Ok(builder.decrypt(Aes256Gcm::new(&key).map_err(mistake)?)),
        Some(_) => Err(CIPHER.error("is neither `aes-256-cbc` nor `aes-256-gcm`")),
    }
}
