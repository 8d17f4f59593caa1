use bytes::Bytes;
use http::{Response, request::Parts};

use super::{RejectionResponse, bare::bare_response};
use crate::error::rejection::Rejection;

/// The default response: an empty body, and a status that suits a sender which retries.
///
/// | kind | status | who should act |
/// |---|---|---|
/// | `MethodNotAllowed` | 405, with `allow: POST` | the caller |
/// | `SourceIpUnknown` | 403 | the operator: configure where the address is to be found |
/// | `SourceIpNotAllowed` | 403 | the operator, if the sender has a new address |
/// | `UnknownTenant` | 401 | the operator, if the tenant should be known |
/// | `SecretsUnavailable` | 503, with `retry-after` | the operator |
/// | `HeaderTokenMissing`, `HeaderTokenMismatch` | 401 | the operator, if the token was changed on one side only |
/// | `MissingSignatureHeaders`, `ConflictingSignatureHeaders`, `MalformedMessageId`, `MalformedTimestamp`, `SignatureListTooLong` | 400 | nobody: never a genuine delivery |
/// | `TimestampTooOld`, `TimestampTooNew` | 401 | the operator: it is usually this machine's clock, and a genuine retry has a new timestamp |
/// | `BodyTooLarge` | 413 | the operator, if events are that large |
/// | `BodyIncomplete` | 400 | the caller |
/// | `Overloaded` | 503, with `retry-after` | the operator, if it lasts |
/// | `SignatureMismatch` | 401 | the operator, if the secret was rotated on one side only |
/// | `AlreadyHandled` | 200 | nobody |
/// | `ClaimedByAnother` | 409, with `retry-after` | nobody: the sender comes back |
/// | `MessageIdReused` | 422 | the sender: it used one id for two bodies |
/// | `StoreUnavailable` | 503, with `retry-after` | the operator |
/// | `MalformedEvent`, `DecryptionFailed`, `EncryptionRequired` | 422 | the operator, before the retries end |
/// | `DecryptionKeyMissing` | 500 | the operator: the configuration is wrong |
///
/// The others have no `retry-after`: none of them knows when a retry would fare better, and the sender's own back-off suits
/// that best.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmptyRejectionResponse;

impl RejectionResponse for EmptyRejectionResponse {
    fn rejection_response(&self, rejection: &Rejection, _request: &Parts) -> Response<Bytes> {
        bare_response(rejection).map(|()| Bytes::new())
    }
}
