//! The transitions, each of them atomic.
//!
//! They are sent as they are with each call, and not by their digest: where a server does not know a digest, the script has
//! to be loaded into all nodes of a cluster, also into those that are down.
//!
//! A value is `done` or `claimed`, the body digest and the owner, parted by colons.

/// What a claim returns in place of the milliseconds that another's lease still runs.
pub(super) const FRESH: i64 = -1;
/// Likewise, of a message that is done.
pub(super) const DONE: i64 = -2;
/// Likewise, of a key with another body.
pub(super) const OTHER_BODY: i64 = -3;

/// What a settlement returns that changes nothing.
pub(super) const NOT_OWNER: i64 = 0;

/// Key; owner, digest, lease in milliseconds.
pub(super) const CLAIM: &str = "local mine = 'claimed:' .. ARGV[2] .. ':' .. ARGV[1] \
         local held = redis.call('GET', KEYS[1]) \
         if not held or held == mine then \
             redis.call('SET', KEYS[1], mine, 'PX', ARGV[3]) \
             return -1 \
         end \
         local state, digest = held:match('^(%a+):(%x+):') \
         if digest ~= ARGV[2] then return -3 end \
         if state == 'done' then return -2 end \
         return math.max(redis.call('PTTL', KEYS[1]), 0)";

/// Key; owner, lease in milliseconds.
pub(super) const RENEW: &str = "local held = redis.call('GET', KEYS[1]) \
         if not held or held:match('^claimed:%x+:(%x+)$') ~= ARGV[1] then return 0 end \
         redis.call('PEXPIRE', KEYS[1], ARGV[2]) \
         return 1";

/// Key; owner, digest, retention in milliseconds.
pub(super) const COMPLETE: &str = "local held = redis.call('GET', KEYS[1]) \
         if held then \
             local state, owner = held:match('^(%a+):%x+:(%x+)$') \
             if owner ~= ARGV[1] then return 0 end \
             if state == 'done' then return 1 end \
         end \
         redis.call('SET', KEYS[1], 'done:' .. ARGV[2] .. ':' .. ARGV[1], 'PX', ARGV[3]) \
         return 1";

/// Key; owner.
pub(super) const RELEASE: &str = "local held = redis.call('GET', KEYS[1]) \
         if not held or held:match('^claimed:%x+:(%x+)$') ~= ARGV[1] then return 0 end \
         redis.call('DEL', KEYS[1]) \
         return 1";
