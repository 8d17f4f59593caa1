use super::SignedMessage;

/// A way to sign webhooks that is not `v1`: what stands before the comma of an entry of the signature header,
/// and how what stands behind it is checked.
///
/// [`Ed25519PublicKey`](crate::Ed25519PublicKey) (`v1a`, feature `ed25519`) is one. `v1` has a way of its own
/// into the receiver, since HMAC can be computed while the body arrives and before a signature is known.
///
/// ```
/// use tower_webhook::{Receiver, SignatureScheme, SignedMessage, VerificationKey};
///
/// /// A sender of one's own, inside one process, that trusts whoever knows the length of the text.
/// struct Length;
///
/// impl SignatureScheme for Length {
///     fn version(&self) -> &str {
///         "x-length"
///     }
///
///     fn verify(&self, message: &SignedMessage<'_>, signature: &[u8]) -> bool {
///         let mut length = 0;
///         message.feed(|part| length += part.len());
///         length.to_string().as_bytes() == signature
///     }
/// }
///
/// # use http::HeaderMap;
/// let receiver = Receiver::builder([VerificationKey::from_scheme(Length)])
///     .clock(|| std::time::Duration::from_secs(0))
///     .build()?;
/// let mut headers = HeaderMap::new();
/// headers.insert("webhook-id", "msg_1".parse()?);
/// headers.insert("webhook-timestamp", "0".parse()?);
/// headers.insert("webhook-signature", "v1,none x-length,10".parse()?);
/// assert!(receiver.check_head(&headers)?.check_signature("{}").is_ok());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub trait SignatureScheme: Send + Sync + 'static {
    /// The scheme's identifier, such as `v1a`. An entry with another one is never given to
    /// [`verify`](Self::verify).
    fn version(&self) -> &str;

    /// Whether `signature`, the bytes behind the comma, was made over the message with the key that this value
    /// stands for.
    ///
    /// Secrets are to be compared in constant time. Called for at most 11 entries of a request, as many as
    /// senders sign with.
    fn verify(&self, message: &SignedMessage<'_>, signature: &[u8]) -> bool;
}
