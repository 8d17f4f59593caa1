//! Many orders of a check's threads.

use std::{env, sync::Arc};

use shuttle::{
    Config, Runner,
    scheduler::{PctScheduler, RandomScheduler},
};

/// In how many orders a check runs, unless `INTERLEAVINGS` is another number.
const ORDERS: usize = 400;
/// How often an order of the second kind prefers another thread at most.
const PREEMPTIONS: usize = 3;

/// Runs a check in many orders of its threads: in half of them every step is a thread's at random, in the other half threads run
/// on and are interrupted seldom, which most faults of order need. A failure prints what repeats it.
///
/// Threads that wait for each other for ever are a failure too. All atomic operations count as sequentially consistent.
pub(crate) fn explore(check: impl Fn() + Send + Sync + 'static) {
    let orders = env::var("INTERLEAVINGS").map_or(ORDERS, |orders| {
        orders.parse().expect("`INTERLEAVINGS` is a number")
    });
    let mut config = Config::new();
    // SQLite and a printed failure need more than the checker gives.
    config.stack_size = 1024 * 1024;
    config.silence_warnings = true;
    let check = Arc::new(check);
    let again = Arc::clone(&check);
    let random = RandomScheduler::new(orders.div_ceil(2));
    Runner::new(random, config.clone()).run(move || check());
    let few_preemptions = PctScheduler::new(PREEMPTIONS, orders.div_ceil(2));
    Runner::new(few_preemptions, config).run(move || again());
}
