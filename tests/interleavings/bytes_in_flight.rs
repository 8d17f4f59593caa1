//! The budget of bytes in flight.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use shuttle::thread;

use super::BytesInFlight;
use crate::interleavings::explore;

const LIMIT: usize = 10;

#[test]
fn requests_at_once_never_hold_more_than_the_limit_and_give_everything_back() {
    explore(|| {
        let budget = BytesInFlight::new(LIMIT);
        // What is held in truth. No thread is interrupted between a change of the budget and this one.
        let held = Arc::new(AtomicUsize::new(0));
        let requests = [[6, 3], [5, 5], [1, 9]].map(|frames| {
            let (budget, held) = (Arc::clone(&budget), Arc::clone(&held));
            thread::spawn(move || {
                let mut share = budget.share();
                let mut own = 0;
                for bytes in frames {
                    match share.grow(bytes) {
                        Ok(()) => {
                            own += bytes;
                            let held = held.fetch_add(bytes, Relaxed) + bytes;
                            assert!(held <= LIMIT, "{held} bytes are held");
                        }
                        Err(limit) => {
                            assert_eq!(limit, LIMIT);
                            let held = held.load(Relaxed);
                            assert!(held + bytes > LIMIT, "{bytes} fit beside {held}");
                        }
                    }
                }
                drop(share);
                held.fetch_sub(own, Relaxed);
            })
        });
        for request in requests {
            request.join().expect("a request ends");
        }
        assert_eq!(budget.share().grow(LIMIT), Ok(()), "nothing is held");
    });
}
