use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use proptest::{prelude::*, sample::select};
use tower_webhook::{MessageId, testing::idempotency_key};

fn id(text: &str) -> MessageId {
    idempotency_key("any", "", text).message_id().clone()
}

/// Short ones and long ones, up to the longest, of which two are often the same.
fn text() -> impl Strategy<Value = String> {
    let lengths = [0, 1, 20, 60, 61, 62, 63, 64, 254];
    (select(lengths.to_vec()), "[ab]{1,2}")
        .prop_map(|(length, end)| format!("{}{end}", "x".repeat(length)))
}

proptest! {
    #[test]
    fn an_id_is_its_text_by_whichever_name(text in text()) {
        let id = id(&text);
        prop_assert_eq!(id.as_str(), &text);
        prop_assert_eq!(id.as_ref(), &text);
        prop_assert_eq!(id.to_string(), text.clone());
        prop_assert_eq!(format!("{id:?}"), format!("{text:?}"));
    }

    #[test]
    fn ids_are_equal_ordered_and_hashed_as_their_texts(one in text(), other in text()) {
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        prop_assert_eq!(id(&one) == id(&other), one == other);
        prop_assert_eq!(id(&one).cmp(&id(&other)), one.cmp(&other));
        prop_assert_eq!(id(&one).partial_cmp(&id(&other)), one.partial_cmp(&other));
        prop_assert_eq!(hasher.hash_one(id(&one)), hasher.hash_one(one));
    }
}
