use std::{fmt, sync::Arc};

use crate::message_id::MessageId;

/// What is claimed: a message, within the scope of an endpoint. Both are signed or ours, so a stranger cannot choose
/// one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    scope: Arc<str>,
    id: MessageId,
}

impl IdempotencyKey {
    pub(crate) fn new(scope: Arc<str>, id: MessageId) -> Self {
        Self { scope, id }
    }

    /// The scope of the endpoint.
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// The id of the message.
    pub fn message_id(&self) -> &MessageId {
        &self.id
    }
}

/// `scope:id`. A message id has no white space; which colon parts the two is not told.
impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scope, self.id)
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IdempotencyKey")
            .field(&format_args!("{self}"))
            .finish()
    }
}
