//! File descriptors: each connection needs one.

use std::num::NonZeroU16;

/// What is open beside connections: the listener, the standard streams, the runtime's own, a store's, and one connection
/// that waits for its place.
const OTHERS: u64 = 64;

/// Raises the limit of this process as far as `connections` need it and it may, and returns how many it can hold then.
#[cfg(unix)]
pub(super) fn provide_for(connections: NonZeroU16) -> NonZeroU16 {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return connections;
    };
    let wanted = u64::from(connections.get()) + OTHERS;
    let raised = wanted.clamp(soft, hard.max(soft));
    let limit = match setrlimit(Resource::RLIMIT_NOFILE, raised, hard) {
        Ok(()) => raised,
        Err(_) => soft,
    };
    if limit >= wanted {
        return connections;
    }
    // With a very low limit, the others get by with half of it.
    let possible = limit.saturating_sub(OTHERS).max(limit / 2);
    let possible = u16::try_from(possible).ok().and_then(NonZeroU16::new);
    let possible = possible.unwrap_or(NonZeroU16::MIN).min(connections);
    tracing::warn!(
        "MAX_CONNECTIONS is {possible} instead of {connections}: this process may open {limit} files only \
         (raise the hard limit, `ulimit -Hn` or LimitNOFILE)"
    );
    possible
}

/// There is no such limit.
#[cfg(not(unix))]
pub(super) fn provide_for(connections: NonZeroU16) -> NonZeroU16 {
    connections
}
