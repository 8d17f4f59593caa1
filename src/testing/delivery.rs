use bytes::Bytes;

use crate::{
    message::{MessageId, Timestamp},
    receiver::Delivery,
};

/// A delivery of `event`, for unit tests of handlers. Its id is `msg_test`, its timestamp 0, its body empty; it has no tenant.
///
/// ```
/// use tower_webhook::{Delivery, Json, testing::delivery};
///
/// async fn on_event(delivery: Delivery<Json<u32>>) -> u32 {
///     delivery.event().0
/// }
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// assert_eq!(on_event(delivery(Json(42))).await, 42);
/// # });
/// # Ok::<_, std::io::Error>(())
/// ```
pub fn delivery<E>(event: E) -> Delivery<E> {
    delivery_of(
        "msg_test",
        Timestamp::from_unix_seconds(0),
        Bytes::new(),
        event,
    )
}

/// A delivery with everything that a handler can look at, for unit tests of handlers.
///
/// # Panics
///
/// If `id` is no message id: it is for tests.
pub fn delivery_of<E>(
    id: &str,
    timestamp: Timestamp,
    body: impl Into<Bytes>,
    event: E,
) -> Delivery<E> {
    let id = MessageId::parse(id).expect("a message id");
    Delivery::unverified(id, timestamp, body.into(), event)
}
