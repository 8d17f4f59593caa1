use std::{error::Error, fmt, pin::Pin, sync::Arc};

use arc_swap::ArcSwap;

use super::Secrets;
use crate::receiver::RequestHead;

/// What a look-up has found: the secrets, none, or why it failed.
pub type LookedUp = Result<Option<Arc<Secrets>>, Box<dyn Error + Send + Sync>>;

/// A look-up of the secrets of a request.
pub type SecretLookup = Pin<Box<dyn Future<Output = LookedUp> + Send>>;

/// Where the secrets of a request come from.
///
/// [`RotatingSecrets`] is one; so is any closure, for a service that receives for many tenants:
///
/// ```
/// use std::{collections::HashMap, sync::Arc};
/// use tower_webhook::{Receiver, receiver::{RequestHead, Secrets}};
///
/// let mut tenants = HashMap::new();
/// let secrets = Secrets::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).tenant("shop-1");
/// tenants.insert("/webhooks/shop-1".to_owned(), Arc::new(secrets.build()?));
///
/// let by_path = move |head: &RequestHead<'_>| tenants.get(head.uri()?.path()).cloned();
/// let receiver = Receiver::builder_with_source(by_path).build()?;
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
///
/// What decides is not yet authenticated: a path or a header selects only with which secrets the signature is to be
/// checked. It is asked before the body is read, so it must not block. A stranger can tell from the response whether there
/// are secrets for a request.
///
/// Secrets that have to be waited for, from a database or a vault, are `CachedSecrets` (feature `tokio`), or a source of
/// yours that implements [`look_up`](Self::look_up).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no source of secrets",
    label = "not a source of secrets",
    note = "a source is `RotatingSecrets`, a closure `|head: &RequestHead<'_>| -> Option<Arc<Secrets>>`, or, for secrets that have \
            to be waited for, `tower_webhook::receiver::CachedSecrets` (feature `tokio`)"
)]
pub trait SecretSource: Send + Sync + 'static {
    /// The secrets for a request, where they are at hand. `None` rejects the request as
    /// [`UnknownTenant`](crate::RejectionKind::UnknownTenant), unless there is something to look up.
    fn secrets(&self, head: &RequestHead<'_>) -> Option<Arc<Secrets>>;

    /// The look-up of secrets that are not at hand: asked only after [`secrets`](Self::secrets) had none. Default: `None`,
    /// there is nothing to look up.
    ///
    /// The layer, the worker of an inbox and [`Receiver::check_head_async`](crate::Receiver::check_head_async) wait for it;
    /// [`Receiver::check_head`](crate::Receiver::check_head) cannot. It has to end by itself: bound its time.
    ///
    /// **A stranger causes look-ups**, by any request with an allowed method from an allowed address. Remember also what was not
    /// found, and bound how many run at once; `CachedSecrets` does both.
    fn look_up(&self, head: &RequestHead<'_>) -> Option<SecretLookup> {
        let _ = head;
        None
    }
}

impl<F> SecretSource for F
where
    F: Fn(&RequestHead<'_>) -> Option<Arc<Secrets>> + Send + Sync + 'static,
{
    fn secrets(&self, head: &RequestHead<'_>) -> Option<Arc<Secrets>> {
        self(head)
    }
}

/// Secrets that never change.
pub(in crate::receiver) struct FixedSecrets(pub(in crate::receiver) Arc<Secrets>);

impl SecretSource for FixedSecrets {
    fn secrets(&self, _head: &RequestHead<'_>) -> Option<Arc<Secrets>> {
        Some(Arc::clone(&self.0))
    }
}

/// A handle to secrets that can be replaced while the service runs.
///
/// Clones are handles to the same secrets. A request is checked and decrypted with the secrets that were in
/// force when its head arrived: what was replaced is out of use when the last body that was under way has arrived, for
/// which the server needs a deadline. Reading takes no lock.
///
/// ```
/// use tower_webhook::{Receiver, receiver::{RotatingSecrets, Secrets}};
///
/// let old = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// let new = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
/// let secrets = RotatingSecrets::new(Secrets::builder([old]).build()?);
/// let receiver = Receiver::builder_with_source(secrets.clone()).build()?;
///
/// // While the sender signs with both, and once it has forgotten the old one:
/// secrets.replace(Secrets::builder([new, old]).build()?);
/// secrets.replace(Secrets::builder([new]).build()?);
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct RotatingSecrets(Arc<ArcSwap<Secrets>>);

impl RotatingSecrets {
    /// A handle that starts with these secrets.
    pub fn new(secrets: Secrets) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(secrets)))
    }

    /// Replaces the secrets, all at once, for every request whose head has not been checked yet.
    pub fn replace(&self, secrets: Secrets) {
        self.0.store(Arc::new(secrets));
    }
}

impl SecretSource for RotatingSecrets {
    fn secrets(&self, _head: &RequestHead<'_>) -> Option<Arc<Secrets>> {
        Some(self.0.load_full())
    }
}

impl fmt::Debug for RotatingSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RotatingSecrets")
            .field(&*self.0.load())
            .finish()
    }
}
