//! The transitions, each of them atomic.
//!
//! A value is `done` or `claimed`, the body digest and the owner, parted by colons.

use std::sync::LazyLock;

use redis::Script;

/// What a claim returns in place of the milliseconds that another's lease still runs.
pub(super) const FRESH: i64 = -1;
/// Likewise, of a message that is done.
pub(super) const DONE: i64 = -2;
/// Likewise, of a key with another body.
pub(super) const OTHER_BODY: i64 = -3;

/// What a settlement returns that changes nothing.
pub(super) const NOT_OWNER: i64 = 0;

/// Key; owner, digest, lease in milliseconds.
pub(super) static CLAIM: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local mine = 'claimed:' .. ARGV[2] .. ':' .. ARGV[1] \
         local held = redis.call('GET', KEYS[1]) \
         if not held or held == mine then \
             redis.call('SET', KEYS[1], mine, 'PX', ARGV[3]) \
             return -1 \
         end \
         local state, digest = held:match('^(%a+):(%x+):') \
         if digest ~= ARGV[2] then return -3 end \
         if state == 'done' then return -2 end \
         return math.max(redis.call('PTTL', KEYS[1]), 0)",
    )
});

/// Key; owner, lease in milliseconds.
pub(super) static RENEW: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local held = redis.call('GET', KEYS[1]) \
         if not held or held:match('^claimed:%x+:(%x+)$') ~= ARGV[1] then return 0 end \
         redis.call('PEXPIRE', KEYS[1], ARGV[2]) \
         return 1",
    )
});

/// Key; owner, digest, retention in milliseconds.
pub(super) static COMPLETE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local held = redis.call('GET', KEYS[1]) \
         if held then \
             local state, owner = held:match('^(%a+):%x+:(%x+)$') \
             if owner ~= ARGV[1] then return 0 end \
             if state == 'done' then return 1 end \
         end \
         redis.call('SET', KEYS[1], 'done:' .. ARGV[2] .. ':' .. ARGV[1], 'PX', ARGV[3]) \
         return 1",
    )
});

/// Key; owner.
pub(super) static RELEASE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local held = redis.call('GET', KEYS[1]) \
         if not held or held:match('^claimed:%x+:(%x+)$') ~= ARGV[1] then return 0 end \
         redis.call('DEL', KEYS[1]) \
         return 1",
    )
});
