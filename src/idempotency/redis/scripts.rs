//! The transitions, each of them atomic.

use std::sync::LazyLock;

use redis::Script;

/// What a claim returns in place of the milliseconds that another's lease still is.
pub(super) const FRESH: i64 = -1;
/// Likewise, of a message that is done.
pub(super) const DONE: i64 = -2;

/// Key; owner, lease in milliseconds.
pub(super) static CLAIM: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return -1 end \
         if redis.call('GET', KEYS[1]) == 'done' then return -2 end \
         return math.max(redis.call('PTTL', KEYS[1]), 0)",
    )
});

/// Key; owner, retention in milliseconds.
pub(super) static COMPLETE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end \
         redis.call('SET', KEYS[1], 'done', 'PX', ARGV[2]) \
         return 1",
    )
});

/// Key; owner.
pub(super) static RELEASE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end \
         redis.call('DEL', KEYS[1]) \
         return 1",
    )
});
