//! Random histories beside a model: [`crate::model::idempotency`].

use std::time::Duration;

use proptest::prelude::*;
use tokio::runtime::Runtime;
use tower_webhook::idempotency::{MemoryStore, RedisStore};

use super::{TestClock, redis_server::RedisServer};
use crate::{
    model::idempotency::{World, follow, steps},
    support::now,
};

/// More than a history has keys.
const CAPACITY: usize = 3;

struct Memory {
    clock: TestClock,
    store: MemoryStore,
}

impl World for Memory {
    type Store = MemoryStore;

    const OUTLIVES_THE_PROCESS: bool = false;
    const ABANDONS_AT_ONCE: bool = true;
    const REAL_TIME: Duration = Duration::ZERO;

    fn store(&self) -> MemoryStore {
        self.store.clone()
    }

    async fn wait(&mut self, duration: Duration) {
        self.clock.advance(duration);
    }

    async fn crash(&mut self) {
        self.store = self.clock.memory_store(CAPACITY);
    }
}

struct Redis<'a> {
    server: &'a RedisServer,
    store: RedisStore,
}

/// Redis goes by its own clock: instead of waiting, what is left of every expiry is shortened.
const PASS_TIME: &str = "for _, key in ipairs(redis.call('KEYS', '*')) do \
         local left = redis.call('PTTL', key) - ARGV[1] \
         if left > 0 then redis.call('PEXPIRE', key, left) else redis.call('DEL', key) end \
     end";

impl World for Redis<'_> {
    type Store = RedisStore;

    const OUTLIVES_THE_PROCESS: bool = true;
    const ABANDONS_AT_ONCE: bool = false;
    // Less than the minute by which the steps of a history differ.
    const REAL_TIME: Duration = Duration::from_secs(50);

    fn store(&self) -> RedisStore {
        self.store.clone()
    }

    async fn wait(&mut self, duration: Duration) {
        let pass_time = format!("EVAL \"{PASS_TIME}\" 0 {}", duration.as_millis());
        self.server.command(["SELECT 1", &pass_time]);
    }

    async fn crash(&mut self) {
        self.store = self.server.store();
    }
}

proptest! {
    // They are cheap, and most interleavings are dull.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.saturating_mul(8)))]

    #[test]
    fn the_memory_store_does_what_the_model_does(steps in steps(80)) {
        let clock = TestClock::default();
        let store = clock.memory_store(CAPACITY);
        now(follow(Memory { clock, store }, &steps));
    }
}

#[test]
fn redis_does_what_the_model_does() {
    let Some(server) = RedisServer::start_or_skip("random histories over Redis") else {
        return;
    };
    let runtime = Runtime::new().unwrap();
    let cases = ProptestConfig::default().cases.div_ceil(4);
    proptest!(ProptestConfig::with_cases(cases), |(steps in steps(60))| {
        server.command(["FLUSHALL"]);
        runtime.block_on(async {
            let store = server.store();
            follow(Redis { server: &server, store }, &steps).await;
        });
    });
}
