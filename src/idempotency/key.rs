use std::{fmt, sync::Arc};

use crate::message::message_id::MessageId;

/// What is claimed: a message of a tenant, within the scope of an endpoint. The id is signed and the others are ours,
/// so a stranger cannot choose one, nor a tenant that of another.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    scope: Arc<str>,
    tenant: Arc<str>,
    id: MessageId,
}

impl IdempotencyKey {
    pub(crate) fn new(scope: Arc<str>, tenant: Arc<str>, id: MessageId) -> Self {
        Self { scope, tenant, id }
    }

    /// The scope of the endpoint.
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// The tenant whose secrets signed, as [`SecretsBuilder::tenant`](crate::receiver::SecretsBuilder::tenant) names it; empty if
    /// it does not.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The id of the message.
    pub fn message_id(&self) -> &MessageId {
        &self.id
    }
}

impl IdempotencyKey {
    /// The key as one text, for a store that keeps it as such: the scope and the tenant each behind its length, and the id, as
    /// in `6:engage:0::msg_1`. No two keys are one text, whatever stands in them.
    pub fn to_text(&self) -> String {
        let Self { scope, tenant, id } = self;
        let (scope_len, tenant_len) = (scope.len(), tenant.len());
        format!("{scope_len}:{scope}:{tenant_len}:{tenant}:{id}")
    }
}

/// `scope:tenant:id`, for people: which of several colons part them is not told, but by [`to_text`](IdempotencyKey::to_text).
impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.scope, self.tenant, self.id)
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IdempotencyKey")
            .field(&format_args!("{self}"))
            .finish()
    }
}
