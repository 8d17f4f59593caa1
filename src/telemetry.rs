//! Everything that is logged goes through here. Without the feature `tracing`, nothing is.

/// Warns of a signing secret of `bytes` bytes, which is accepted although the specification advises 24.
#[cfg(feature = "tracing")]
pub(crate) fn short_signing_secret(bytes: usize) {
    tracing::warn!(
        bytes,
        "a signing secret is shorter than the 24 bytes that Standard Webhooks advises"
    );
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn short_signing_secret(_bytes: usize) {}
