use proptest::{collection::vec, prelude::*};
use tower_webhook::{Receiver, RejectionKind, Timestamp, scheme::SigningSecret, testing::Signer};

use super::{
    edit::edit,
    message::{Arrival, message, timeless},
    sender::{Sender, sender},
};

/// A message that arrives as its sender signed it.
fn genuine() -> impl Strategy<Value = (Sender, Arrival)> {
    (sender(), message()).prop_map(|(sender, message)| {
        let arrival = message.signed_by([&sender]);
        (sender, arrival)
    })
}

/// The answer of a receiver that knows one sender.
fn answer(sender: &Sender, arrival: &Arrival) -> Result<(), RejectionKind> {
    arrival.answer_of(&timeless(Receiver::builder([sender.key()])))
}

fn is_message_id(text: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_graphic() && *byte != b'.';
    (1..=256).contains(&text.len()) && text.iter().all(allowed)
}

fn is_timestamp(text: &[u8]) -> bool {
    let has_leading_zero = text.len() > 1 && text[0] == b'0';
    (1..=19).contains(&text.len()) && text.iter().all(u8::is_ascii_digit) && !has_leading_zero
}

proptest! {
    #[test]
    fn the_signer_of_the_crate_signs_as_an_independent_sender_does(
        secret in vec(any::<u8>(), 16..=80),
        message in message(),
    ) {
        let signer = Signer::new(SigningSecret::from_bytes(&secret).unwrap()).unwrap();
        let at = Timestamp::from_unix_seconds(message.timestamp);
        let signature = signer.signature(&message.id, at, &message.body);
        prop_assert_eq!(signature, Sender::HmacSha256(secret).sign(&message));
    }

    #[test]
    fn what_is_signed_is_accepted((sender, arrival) in genuine()) {
        prop_assert_eq!(answer(&sender, &arrival), Ok(()));
    }

    #[test]
    fn another_sender_is_not_believed((_, arrival) in genuine(), known in sender()) {
        prop_assert_eq!(answer(&known, &arrival), Err(RejectionKind::SignatureMismatch));
    }

    #[test]
    fn one_byte_changed_in_the_id_is_refused((sender, mut arrival) in genuine(), edit in edit()) {
        arrival.id = edit.of_header(&arrival.id)?;
        let expected = if is_message_id(&arrival.id) {
            RejectionKind::SignatureMismatch
        } else {
            RejectionKind::MalformedMessageId
        };
        prop_assert_eq!(answer(&sender, &arrival), Err(expected));
    }

    #[test]
    fn one_byte_changed_in_the_timestamp_is_refused(
        (sender, mut arrival) in genuine(),
        edit in edit(),
    ) {
        arrival.timestamp = edit.of_header(&arrival.timestamp)?;
        let expected = if is_timestamp(&arrival.timestamp) {
            RejectionKind::SignatureMismatch
        } else {
            RejectionKind::MalformedTimestamp
        };
        prop_assert_eq!(answer(&sender, &arrival), Err(expected));
    }

    #[test]
    fn one_byte_changed_in_the_body_is_refused((sender, mut arrival) in genuine(), edit in edit()) {
        arrival.body = edit.of(&arrival.body)?;
        prop_assert_eq!(answer(&sender, &arrival), Err(RejectionKind::SignatureMismatch));
    }

    #[test]
    fn one_byte_changed_in_the_signature_is_refused(
        (sender, mut arrival) in genuine(),
        edit in edit(),
    ) {
        let changed = edit.of_header(&arrival.signatures)?;
        // A space or a comma beside an entry belongs to the list, not to the signature.
        let beside = [
            changed.strip_prefix(b" "),
            changed.strip_suffix(b" "),
            changed.strip_prefix(b","),
            changed.strip_suffix(b","),
        ];
        let is_same_entry = beside.contains(&Some(&arrival.signatures));
        let expected = if is_same_entry { Ok(()) } else { Err(RejectionKind::SignatureMismatch) };
        arrival.signatures = changed;
        prop_assert_eq!(answer(&sender, &arrival), expected);
    }
}
