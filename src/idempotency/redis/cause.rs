use std::{error::Error, fmt};

use redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::idempotency::{StoreError, StoreErrorKind};

/// Why Redis, or the way to it, fails: with the code by which its documentation knows the error, and without a secret.
#[derive(Debug)]
pub(super) struct Cause(RedisError);

impl Cause {
    /// Whether another connection may fare better: this one is broken, leads to a server that became a replica, or was made
    /// with credentials that do not hold any more.
    pub(super) fn leads_nowhere(&self) -> bool {
        let Self(error) = self;
        let is_replica = match error.kind() {
            ErrorKind::Server(ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown) => true,
            // Redis 6 wraps the error of a command in a script.
            _ => error
                .detail()
                .is_some_and(|detail| detail.contains("READONLY")),
        };
        let is_unauthenticated = error.code() == Some("NOAUTH");
        is_replica || is_unauthenticated || error.is_io_error() || error.is_unrecoverable_error()
    }

    /// Whether the task of the connection is gone, as it is when its runtime has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.0.is_io_error() && self.0.to_string().starts_with("redis_cluster: Unable to")
    }

    pub(super) fn is_timeout(&self) -> bool {
        self.0.is_timeout()
    }
}

impl From<RedisError> for Cause {
    fn from(error: RedisError) -> Self {
        Self(error)
    }
}

impl From<Cause> for StoreError {
    fn from(cause: Cause) -> Self {
        Self::with_source(StoreErrorKind::Unavailable, cause)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(error) = self;
        match (error.kind(), error.code(), error.detail()) {
            // The client library drops the words of the server.
            (ErrorKind::AuthenticationFailed, ..) => {
                f.write_str("Redis rejects the user name or the password (WRONGPASS)")
            }
            (_, Some(code), Some(detail)) => write!(f, "{code} {detail}"),
            _ => error.fmt(f),
        }
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}
