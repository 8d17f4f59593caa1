//! The settings, from environment variables.

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroU16,
    time::Duration,
};

use tower_webhook::{
    Aes256Cbc, Aes256Gcm, ConfigErrorKind, ForwardedHeader, MemoryStore, Receiver, ReceiverBuilder,
    RedisStore, SourceIp, source_ip,
};

use crate::env::{VariableError, list, parsed, text};

const LISTEN: &str = "LISTEN";
const MAX_CONNECTIONS: &str = "MAX_CONNECTIONS";
const SIGNING_SECRETS: &str = "SIGNING_SECRETS";
const TOLERANCE_SECS: &str = "TOLERANCE_SECS";
const MAX_BODY_BYTES: &str = "MAX_BODY_BYTES";
const TOKEN_HEADER: &str = "TOKEN_HEADER";
const TOKENS: &str = "TOKENS";
const ALLOWED_SOURCES: &str = "ALLOWED_SOURCES";
const TRUSTED_PROXIES: &str = "TRUSTED_PROXIES";
const FORWARDED_HEADER: &str = "FORWARDED_HEADER";
const DECRYPTION_KEY: &str = "DECRYPTION_KEY";
const CIPHER: &str = "CIPHER";
const REQUIRE_ENCRYPTION: &str = "REQUIRE_ENCRYPTION";
const IDEMPOTENCY: &str = "IDEMPOTENCY";
const REDIS_URL: &str = "REDIS_URL";

/// How many messages are remembered in memory: about 150 MB at the most.
const MEMORY_CAPACITY: usize = 1_000_000;

/// What the service needs to start.
#[derive(Debug)]
pub(crate) struct Config {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// How many connections are open at a time.
    pub(crate) max_connections: usize,
    /// What checks the deliveries.
    pub(crate) receiver: Receiver,
    /// What remembers the messages that were handled.
    pub(crate) store: Store,
}

/// A choice of stores.
#[derive(Debug)]
pub(crate) enum Store {
    Off,
    Memory(MemoryStore),
    Redis(RedisStore),
}

impl Config {
    /// Reads the environment.
    pub(crate) fn from_env() -> Result<Self, VariableError> {
        let listen = parsed(LISTEN, "is not an address such as 127.0.0.1:3000")?
            .unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 3000).into());
        Ok(Self {
            listen,
            max_connections: parsed(MAX_CONNECTIONS, "is not a whole number of connections")?
                .map_or(4096, NonZeroU16::get)
                .into(),
            receiver: receiver()?,
            store: store()?,
        })
    }
}

fn store() -> Result<Store, VariableError> {
    match text(IDEMPOTENCY)?.as_deref().map(str::trim) {
        None | Some("off") => Ok(Store::Off),
        Some("memory") => MemoryStore::new(MEMORY_CAPACITY)
            .map(Store::Memory)
            .map_err(|error| VariableError::new(IDEMPOTENCY, error.to_string())),
        Some("redis") => {
            let url = text(REDIS_URL)?.ok_or_else(|| {
                VariableError::new(REDIS_URL, "is missing beside IDEMPOTENCY=redis")
            })?;
            let store = RedisStore::builder(url.trim()).build();
            store
                .map(Store::Redis)
                .map_err(|error| VariableError::new(REDIS_URL, error.to_string()))
        }
        Some(_) => Err(VariableError::new(
            IDEMPOTENCY,
            "is neither `off`, `memory` nor `redis`",
        )),
    }
}

fn receiver() -> Result<Receiver, VariableError> {
    let secrets = text(SIGNING_SECRETS)?.ok_or_else(|| {
        VariableError::new(
            SIGNING_SECRETS,
            "is missing: set it to the signing secrets, separated by commas",
        )
    })?;
    let mut builder = Receiver::builder(&secrets);
    if let Some(seconds) = parsed(TOLERANCE_SECS, "is not a whole number of seconds")? {
        builder = builder.tolerance(Duration::from_secs(seconds));
    }
    if let Some(bytes) = parsed(MAX_BODY_BYTES, "is not a whole number of bytes")? {
        builder = builder.max_body_bytes(bytes);
    }
    builder = with_header_token(builder)?;
    builder = with_source_ip(builder)?;
    builder = with_decryption(builder)?;
    builder.build().map_err(|error| {
        let variable = match error.kind() {
            ConfigErrorKind::InvalidHeaderName => TOKEN_HEADER,
            ConfigErrorKind::NoHeaderToken | ConfigErrorKind::EmptyHeaderToken => TOKENS,
            ConfigErrorKind::InvalidNetwork if text(TRUSTED_PROXIES).is_ok_and(|t| t.is_some()) => {
                "ALLOWED_SOURCES or TRUSTED_PROXIES"
            }
            ConfigErrorKind::InvalidNetwork | ConfigErrorKind::EmptyAllowlist => ALLOWED_SOURCES,
            ConfigErrorKind::TrustedProxiesTooWide => TRUSTED_PROXIES,
            ConfigErrorKind::ToleranceTooLong => TOLERANCE_SECS,
            ConfigErrorKind::NoDecryptionKey => REQUIRE_ENCRYPTION,
            _ => SIGNING_SECRETS,
        };
        VariableError::new(variable, error.to_string())
    })
}

fn with_header_token(builder: ReceiverBuilder) -> Result<ReceiverBuilder, VariableError> {
    match (text(TOKEN_HEADER)?, list(TOKENS)?) {
        (Some(name), Some(tokens)) => Ok(builder.header_token(name.trim(), tokens)),
        (None, None) => Ok(builder),
        (Some(_), None) => Err(VariableError::new(TOKENS, "is missing beside TOKEN_HEADER")),
        (None, Some(_)) => Err(VariableError::new(TOKEN_HEADER, "is missing beside TOKENS")),
    }
}

fn with_source_ip(builder: ReceiverBuilder) -> Result<ReceiverBuilder, VariableError> {
    let proxies = list(TRUSTED_PROXIES)?;
    let Some(allowed) = list(ALLOWED_SOURCES)? else {
        return match proxies {
            Some(_) => Err(VariableError::new(
                ALLOWED_SOURCES,
                "is missing beside TRUSTED_PROXIES",
            )),
            None => Ok(builder),
        };
    };
    let header: ForwardedHeader =
        parsed(FORWARDED_HEADER, "is not the name of a header")?.unwrap_or_default();
    let source_ip =
        allowed.iter().fold(
            SourceIp::allow::<&str>([]),
            |source_ip, entry| match source_ip::preset(entry) {
                Some(preset) => source_ip.also_allow(preset),
                None => source_ip.also_allow([entry]),
            },
        );
    Ok(builder.source_ip(
        source_ip
            .trusted_proxies(proxies.unwrap_or_default())
            .forwarded_header(header),
    ))
}

fn with_decryption(builder: ReceiverBuilder) -> Result<ReceiverBuilder, VariableError> {
    let builder = match parsed(REQUIRE_ENCRYPTION, "is not `true` or `false`")? {
        Some(true) => builder.require_encryption(),
        Some(false) | None => builder,
    };
    let cipher = text(CIPHER)?;
    let Some(key) = text(DECRYPTION_KEY)? else {
        return match cipher {
            Some(_) => Err(VariableError::new(
                DECRYPTION_KEY,
                "is missing beside CIPHER",
            )),
            None => Ok(builder),
        };
    };
    let mistake =
        |error: tower_webhook::ConfigError| VariableError::new(DECRYPTION_KEY, error.to_string());
    let key = key.trim();
    match cipher.as_deref().map(str::trim) {
        None | Some("aes-256-cbc") => Ok(builder.decrypt(Aes256Cbc::new(key).map_err(mistake)?)),
        Some("aes-256-gcm") => Ok(builder.decrypt(Aes256Gcm::new(key).map_err(mistake)?)),
        Some(_) => Err(VariableError::new(
            CIPHER,
            "is neither `aes-256-cbc` nor `aes-256-gcm`",
        )),
    }
}
