use std::{fmt, sync::Arc, time::Duration};

use super::{Receiver, settings::Settings};
use crate::{
    clock::{Clock, SystemClock},
    config_error::{ConfigError, ConfigErrorKind},
    message_id::DotsInMessageId,
    signature::{Keyring, SigningSecret},
    tolerance::Tolerance,
};

/// Default of [`ReceiverBuilder::max_body_bytes`]: 1 MiB.
const DEFAULT_MAX_BODY_BYTES: usize = 1024 * 1024;

/// Configures a [`Receiver`]. Every default is safe; nothing but a secret is required.
pub struct ReceiverBuilder {
    secrets: Result<Vec<SigningSecret>, ConfigError>,
    tolerance: Tolerance,
    max_body_bytes: usize,
    dots_in_message_id: DotsInMessageId,
    clock: Box<dyn Clock>,
}

impl Receiver {
    /// Starts a receiver with its signing secrets: one, or several while one is rotated.
    ///
    /// Each is the text that the sender shows (`whsec_…`) or a [`SigningSecret`].
    pub fn builder<I>(secrets: I) -> ReceiverBuilder
    where
        I: IntoIterator,
        I::Item: TryInto<SigningSecret, Error: Into<ConfigError>>,
    {
        ReceiverBuilder::new(secrets)
    }
}

impl ReceiverBuilder {
    fn new<I>(secrets: I) -> Self
    where
        I: IntoIterator,
        I::Item: TryInto<SigningSecret, Error: Into<ConfigError>>,
    {
        Self {
            secrets: secrets
                .into_iter()
                .map(|secret| secret.try_into().map_err(Into::into))
                .collect(),
            tolerance: Tolerance::default(),
            max_body_bytes: DEFAULT_MAX_BODY_BYTES,
            dots_in_message_id: DotsInMessageId::Refused,
            clock: Box::new(SystemClock),
        }
    }

    /// How far a timestamp may be from our clock, in the past and in the future alike. Whole seconds,
    /// inclusive. Default: 5 minutes.
    pub fn tolerance(self, tolerance: Duration) -> Self {
        self.past_tolerance(tolerance).future_tolerance(tolerance)
    }

    /// How far a timestamp may lie in the past. Whole seconds, inclusive. Default: 5 minutes.
    pub fn past_tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance.past = tolerance;
        self
    }

    /// How far a timestamp may lie in the future. Whole seconds, inclusive. Default: 5 minutes.
    pub fn future_tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance.future = tolerance;
        self
    }

    /// The largest body that is read, in bytes. Default: 1 MiB. Svix advises under 20 kB and delivers up
    /// to about 2 MiB.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// Accepts message ids with a dot, which are refused by default: with them two different messages
    /// can carry one and the same signature. Only for a sender whose ids have one.
    pub fn danger_allow_dots_in_message_id(mut self) -> Self {
        self.dots_in_message_id = DotsInMessageId::Allowed;
        self
    }

    /// Where the time comes from. Default: [`SystemClock`].
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Checks the configuration.
    ///
    /// # Errors
    ///
    /// No secret, or the first mistake in one.
    pub fn build(self) -> Result<Receiver, ConfigError> {
        let secrets = self.secrets?;
        if secrets.is_empty() {
            return Err(ConfigError::new(ConfigErrorKind::NoSigningSecret));
        }
        Ok(Receiver {
            settings: Arc::new(Settings {
                keyring: Keyring::new(&secrets),
                tolerance: self.tolerance,
                max_body_bytes: self.max_body_bytes,
                dots_in_message_id: self.dots_in_message_id,
                clock: self.clock,
            }),
        })
    }
}

impl fmt::Debug for ReceiverBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverBuilder")
            .field("tolerance", &self.tolerance)
            .field("max_body_bytes", &self.max_body_bytes)
            .finish_non_exhaustive()
    }
}
