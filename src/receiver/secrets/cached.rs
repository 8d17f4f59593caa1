use std::{error::Error, fmt, sync::Arc, time::Duration};

use quick_cache::sync::Cache;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

use super::{LookedUp, SecretLookup, SecretSource, Secrets};
use crate::receiver::RequestHead;

/// A key may be a stranger's: a longer one is no tenant's.
const MAX_KEY_BYTES: usize = 256;

/// Ten years: longer times do not fit every clock.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

const DEFAULT_CAPACITY: usize = 10_000;
const DEFAULT_KEEP_FOR: Duration = Duration::from_secs(5 * 60);
const DEFAULT_KEEP_UNKNOWN_FOR: Duration = Duration::from_secs(10);
const DEFAULT_MAX_LOOKUPS: usize = 16;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);

/// Secrets that are looked up, in a database or a vault, and kept in memory for a while (feature `tokio`).
///
/// It is made of two functions: one reads from a request's head the key of its tenant, the other looks up the secrets of that
/// key. Requests with one key that come together cause one look-up.
///
/// ```
/// use std::{collections::HashMap, error::Error, sync::Arc};
/// use tower_webhook::{
///     Receiver, receiver::{CachedSecrets, RequestHead, Secrets},
/// };
///
/// # struct Database(HashMap<String, String>);
/// # impl Database {
/// #     async fn secret_of(&self, shop: &str) -> Result<Option<String>, std::io::Error> {
/// #         Ok(self.0.get(shop).cloned())
/// #     }
/// # }
/// # let database = Arc::new(Database(HashMap::new()));
/// let shop = |head: &RequestHead<'_>| {
///     Some(head.uri()?.path().strip_prefix("/webhooks/")?.to_owned())
/// };
/// let secrets = CachedSecrets::new(shop, move |shop: String| {
///     let database = Arc::clone(&database);
///     async move {
///         let Some(secret) = database.secret_of(&shop).await? else {
///             return Ok(None);
///         };
///         let secrets = Secrets::builder(secret).tenant(shop).build()?;
///         Ok::<_, Box<dyn Error + Send + Sync>>(Some(secrets))
///     }
/// });
/// let receiver = Receiver::builder_with_source(secrets.clone()).build()?;
///
/// // The secret of a shop was changed.
/// secrets.forget("shop-1");
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
///
/// **A stranger causes look-ups**: whoever sends a request with a key that is not kept, from an allowed address. So what is
/// unknown is remembered too, a key has at most 256 bytes, and at most [`max_lookups`](Self::max_lookups) run at once. A request
/// whose look-up fails, takes too long or is one too many is rejected as
/// [`SecretsUnavailable`](crate::RejectionKind::SecretsUnavailable), 503, and its sender comes back.
///
/// A secret that was revoked is in use until it is no longer kept: see [`keep_for`](Self::keep_for) and
/// [`forget`](Self::forget). Clones are handles to the same secrets.
#[derive(Clone)]
pub struct CachedSecrets {
    cache: Arc<Cache<String, Kept>>,
    lookups: Arc<Semaphore>,
    key: Arc<KeyOf>,
    load: Arc<Load>,
    keep_for: Duration,
    keep_unknown_for: Duration,
    timeout: Duration,
}

type KeyOf = dyn Fn(&RequestHead<'_>) -> Option<String> + Send + Sync;
type Load = dyn Fn(String) -> SecretLookup + Send + Sync;

/// What a look-up found, and until when that counts.
#[derive(Clone)]
struct Kept {
    secrets: Option<Arc<Secrets>>,
    until: Instant,
}

impl Kept {
    fn is_current(&self) -> bool {
        Instant::now() < self.until
    }
}

impl CachedSecrets {
    /// Secrets by the key that `key` reads from a head (`None`: no tenant expects the request) and that `load` looks up (`None`:
    /// there is no such tenant).
    ///
    /// Of the error of `load` the log has the text, so it should not name the key: that is a stranger's to choose.
    pub fn new<K, L, F, E>(key: K, load: L) -> Self
    where
        K: Fn(&RequestHead<'_>) -> Option<String> + Send + Sync + 'static,
        L: Fn(String) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Option<Secrets>, E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let load = move |key| {
            let loading = load(key);
            let lookup: SecretLookup = Box::pin(async move {
                let found = loading.await.map_err(Into::into)?;
                Ok(found.map(Arc::new))
            });
            lookup
        };
        Self {
            cache: Arc::new(Cache::new(DEFAULT_CAPACITY)),
            lookups: Arc::new(Semaphore::new(DEFAULT_MAX_LOOKUPS)),
            key: Arc::new(key),
            load: Arc::new(load),
            keep_for: DEFAULT_KEEP_FOR,
            keep_unknown_for: DEFAULT_KEEP_UNKNOWN_FOR,
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// How many keys are kept at once, unknown ones among them. Default: 10,000. Set it before the first request: what was kept
    /// is forgotten.
    pub fn capacity(mut self, keys: usize) -> Self {
        self.cache = Arc::new(Cache::new(keys));
        self
    }

    /// How long secrets are used before they are looked up again. Default: 5 minutes.
    pub fn keep_for(mut self, time: Duration) -> Self {
        self.keep_for = time;
        self
    }

    /// How long a key that has no secrets is rejected before it is looked up again. Default: 10 seconds.
    pub fn keep_unknown_for(mut self, time: Duration) -> Self {
        self.keep_unknown_for = time;
        self
    }

    /// How many look-ups run at once; a request that would need one more is rejected. Default: 16.
    pub fn max_lookups(mut self, lookups: usize) -> Self {
        self.lookups = Arc::new(Semaphore::new(lookups.min(Semaphore::MAX_PERMITS)));
        self
    }

    /// How long a request waits for its look-up. Default: 2 seconds.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = time;
        self
    }

    /// Forgets what is kept of a key, so that the next request looks it up.
    pub fn forget(&self, key: &str) {
        self.cache.remove(key);
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        self.cache.clear();
    }

    fn key_of(&self, head: &RequestHead<'_>) -> Option<String> {
        (self.key)(head).filter(|key| key.len() <= MAX_KEY_BYTES)
    }

    fn kept(&self, key: &str) -> Option<Kept> {
        self.cache.get(key).filter(Kept::is_current)
    }

    async fn load(self, key: String) -> LookedUp {
        // What is no longer current would be found instead of looked up.
        self.cache.remove_if(&key, |kept| !kept.is_current());
        let loading = async {
            let permit = self.lookups.try_acquire();
            let _permit = permit.map_err(|_| "too many look-ups of secrets at once")?;
            let secrets = (self.load)(key.clone()).await?;
            let time = match secrets {
                Some(_) => self.keep_for,
                None => self.keep_unknown_for,
            };
            let until = Instant::now().checked_add(time.min(LONGEST));
            let until = until.ok_or("this machine's clock is at its end")?;
            Ok(Kept { secrets, until })
        };
        let found = self.cache.get_or_insert_async(key.as_str(), loading);
        match timeout(self.timeout, found).await {
            Ok(found) => found.map(|kept| kept.secrets),
            Err(_) => Err(format!("the look-up of secrets took over {:?}", self.timeout).into()),
        }
    }
}

impl SecretSource for CachedSecrets {
    fn secrets(&self, head: &RequestHead<'_>) -> Option<Arc<Secrets>> {
        self.kept(&self.key_of(head)?)?.secrets
    }

    fn look_up(&self, head: &RequestHead<'_>) -> Option<SecretLookup> {
        let key = self.key_of(head)?;
        match self.kept(&key) {
            // Looked up by another request since `secrets` had none.
            Some(Kept {
                secrets: Some(secrets),
                ..
            }) => Some(Box::pin(async { Ok(Some(secrets)) })),
            Some(Kept { secrets: None, .. }) => None,
            None => Some(Box::pin(self.clone().load(key))),
        }
    }
}

/// Shows how many there are, never what.
impl fmt::Debug for CachedSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedSecrets")
            .field("kept", &self.cache.len())
            .finish_non_exhaustive()
    }
}
