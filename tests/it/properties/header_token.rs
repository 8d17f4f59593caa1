use std::time::Duration;

use proptest::{collection::vec, prelude::*, sample::Index};
use tower_webhook::{Receiver, RejectionKind};

use super::edit::edit;
use crate::support::{NOW, SECRET, append, genuine_set};

const NAME: &str = "x-engage-token";

/// Any bytes that a header can carry, without white space at the ends.
fn token() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![0x20..=0x7e_u8, 0x80..=0xff_u8];
    vec(byte, 1..64).prop_filter("trimmed by HTTP", |token| token.trim_ascii() == token)
}

fn answer(tokens: &[Vec<u8>], sent: &[Vec<u8>]) -> Result<(), RejectionKind> {
    let receiver = Receiver::builder([SECRET])
        .clock(|| Duration::from_secs(NOW))
        .header_token(NAME, tokens)
        .build()
        .unwrap();
    let mut headers = genuine_set("svix");
    for line in sent {
        append(&mut headers, NAME, line);
    }
    let checked = receiver.check_head(&headers).map(drop);
    checked.map_err(|rejection| rejection.kind())
}

proptest! {
    #[test]
    fn any_of_the_tokens_is_accepted_on_every_line(
        tokens in vec(token(), 1..6),
        lines in vec(any::<Index>(), 1..4),
    ) {
        let sent: Vec<_> = lines.iter().map(|line| line.get(&tokens).clone()).collect();
        prop_assert_eq!(answer(&tokens, &sent), Ok(()));
    }

    #[test]
    fn a_token_with_one_byte_changed_is_refused_on_any_line(
        tokens in vec(token(), 1..6),
        lines in vec(any::<Index>(), 1..4),
        changed in any::<Index>(),
        edit in edit(),
    ) {
        let mut sent: Vec<_> = lines.iter().map(|line| line.get(&tokens).clone()).collect();
        let line = changed.get_mut(&mut sent);
        *line = edit.of_header(line)?;
        prop_assume!(!tokens.contains(line));
        prop_assert_eq!(answer(&tokens, &sent), Err(RejectionKind::HeaderTokenMismatch));
    }
}
