//! Time in which this process stood still: stopped, starved, or asleep with the machine. What is late then is not the
//! receiver's fault.

use std::{
    pin::pin,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use tokio::time::{sleep, timeout};

const TICK: Duration = Duration::from_millis(250);
/// A tick that is later than this is a stall.
const TOLERATED: Duration = Duration::from_secs(2);

static STALLED_MS: AtomicU64 = AtomicU64::new(0);
static STALLS: AtomicUsize = AtomicUsize::new(0);

/// Watches from now on.
pub(crate) fn watch() {
    thread::spawn(|| {
        loop {
            let start = Instant::now();
            thread::sleep(TICK);
            let late = start.elapsed().saturating_sub(TICK);
            if late > TOLERATED {
                let late = u64::try_from(late.as_millis()).unwrap_or(u64::MAX);
                STALLED_MS.fetch_add(late, Ordering::Relaxed);
                STALLS.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
}

/// How long all stalls so far took.
pub(crate) fn total() -> Duration {
    Duration::from_millis(STALLED_MS.load(Ordering::Relaxed))
}

/// How many there were so far.
pub(crate) fn count() -> usize {
    STALLS.load(Ordering::Relaxed)
}

/// Waits for what has to happen within `limit`; a stall begins the limit anew.
pub(crate) async fn within<T>(limit: Duration, what: &str, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        let stalled = total();
        if let Ok(output) = timeout(limit, &mut future).await {
            return output;
        }
        sleep(TICK * 2).await;
        assert!(total() > stalled, "{what} took longer than {limit:?}");
    }
}
