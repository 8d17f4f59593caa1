//! What the layer does with a refusal.

/// Whether a request that is to be refused is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Enforcement {
    #[default]
    Enforce,
    /// It is passed on, with the [`Rejection`](crate::Rejection) in its extensions.
    MonitorOnly,
}
