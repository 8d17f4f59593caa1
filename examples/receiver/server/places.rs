//! The places for connections. When they run out, connections without a request give theirs up.

use std::{
    collections::BTreeMap,
    num::NonZeroU16,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, sleep_until},
};

/// A connection whose first request has not come is left alone for so long, even when there is no place left.
const FIRST_REQUEST: Duration = Duration::from_secs(1);
/// How long one that has to go may take, before the next has to go too.
const GOING: Duration = Duration::from_millis(10);

/// A bounded number of places.
pub(super) struct Places {
    total: NonZeroU16,
    free: Arc<Semaphore>,
    without_request: Mutex<WithoutRequest>,
    more_without_request: Notify,
}

/// Connections that can go, by number: the lower it is, the longer they have been without a request.
#[derive(Default)]
struct WithoutRequest {
    next: u64,
    /// The first request has not come.
    fresh: BTreeMap<u64, (Instant, Arc<Notify>)>,
    /// Requests were served.
    idle: BTreeMap<u64, Arc<Notify>>,
}

/// Who goes next.
enum Next {
    Now(Arc<Notify>),
    NotBefore(Instant),
    Nobody,
}

impl Places {
    pub(super) fn new(total: NonZeroU16) -> Arc<Self> {
        Arc::new(Self {
            total,
            free: Arc::new(Semaphore::new(total.get().into())),
            without_request: Mutex::default(),
            more_without_request: Notify::new(),
        })
    }

    /// A place for a connection, as soon as there is one.
    pub(super) async fn take(self: &Arc<Self>) -> Arc<Place> {
        let mut free = pin!(Arc::clone(&self.free).acquire_owned());
        let permit = loop {
            tokio::select! {
                biased;
                permit = &mut free => break permit.expect("the semaphore is never closed"),
                () = self.make_room() => {}
            }
        };
        let told_to_go = Arc::new(Notify::new());
        let number = self.lock().add_fresh(Arc::clone(&told_to_go));
        Arc::new(Place {
            places: Arc::clone(self),
            state: Mutex::new(State {
                requests: 0,
                since: Instant::now(),
                number,
            }),
            told_to_go,
            _permit: permit,
        })
    }

    /// Returns when every place is free.
    pub(super) async fn all_left(&self) {
        let all = self.free.acquire_many(self.total.get().into());
        drop(all.await.expect("the semaphore is never closed"));
    }

    /// Tells one connection to go, or waits until there is one that can go.
    async fn make_room(&self) {
        let next = self.lock().next();
        match next {
            Next::Now(told_to_go) => {
                told_to_go.notify_one();
                sleep(GOING).await;
            }
            Next::NotBefore(then) => tokio::select! {
                () = sleep_until(then) => {}
                () = self.more_without_request.notified() => {}
            },
            Next::Nobody => self.more_without_request.notified().await,
        }
    }

    fn lock(&self) -> MutexGuard<'_, WithoutRequest> {
        lock(&self.without_request)
    }
}

impl WithoutRequest {
    fn add_fresh(&mut self, told_to_go: Arc<Notify>) -> u64 {
        self.next += 1;
        self.fresh.insert(self.next, (Instant::now(), told_to_go));
        self.next
    }

    fn add_idle(&mut self, told_to_go: Arc<Notify>) -> u64 {
        self.next += 1;
        self.idle.insert(self.next, told_to_go);
        self.next
    }

    fn remove(&mut self, number: u64) {
        if self.fresh.remove(&number).is_none() {
            self.idle.remove(&number);
        }
    }

    /// Those that never asked for anything go before those that did.
    fn next(&mut self) -> Next {
        let due = self.fresh.first_key_value();
        let due = due.map(|(number, (accepted, _))| (*number, *accepted + FIRST_REQUEST));
        if let Some((number, due)) = due
            && due <= Instant::now()
            && let Some((_, told_to_go)) = self.fresh.remove(&number)
        {
            return Next::Now(told_to_go);
        }
        match (self.idle.pop_first(), due) {
            (Some((_, told_to_go)), _) => Next::Now(told_to_go),
            (None, Some((_, due))) => Next::NotBefore(due),
            (None, None) => Next::Nobody,
        }
    }
}

/// The place of one connection, given back when it is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    state: Mutex<State>,
    told_to_go: Arc<Notify>,
    _permit: OwnedSemaphorePermit,
}

struct State {
    /// How many are in flight.
    requests: usize,
    /// Since when there is none.
    since: Instant,
    /// The connection's number while there is none.
    number: u64,
}

impl Place {
    /// A request has come. It lasts until the value is dropped.
    pub(super) fn request(self: &Arc<Self>) -> InFlight {
        let mut state = lock(&self.state);
        state.requests += 1;
        self.places.lock().remove(state.number);
        InFlight(Arc::clone(self))
    }

    /// How long there has been no request; `None` while there is one.
    pub(super) fn idle_for(&self) -> Option<Duration> {
        let state = lock(&self.state);
        (state.requests == 0).then(|| state.since.elapsed())
    }

    /// Tells the connection to go when its requests are served.
    pub(super) fn go(&self) {
        self.told_to_go.notify_one();
    }

    /// Returns when the connection has to go.
    pub(super) async fn told_to_go(&self) {
        self.told_to_go.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let number = lock(&self.state).number;
        self.places.lock().remove(number);
    }
}

/// A request in flight.
pub(super) struct InFlight(Arc<Place>);

impl Drop for InFlight {
    fn drop(&mut self) {
        let Place {
            places, told_to_go, ..
        } = &*self.0;
        let mut state = lock(&self.0.state);
        state.requests -= 1;
        if state.requests == 0 {
            state.since = Instant::now();
            state.number = places.lock().add_idle(Arc::clone(told_to_go));
            places.more_without_request.notify_one();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
