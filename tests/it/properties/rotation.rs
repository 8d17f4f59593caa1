use proptest::{collection::vec, prelude::*, sample::subsequence};
use tower_webhook::{
    Receiver, RejectionKind,
    receiver::{RotatingSecrets, Secrets},
};

use super::{
    message::{message, timeless},
    sender::{Sender, senders},
};

/// Some of these senders, in any order; perhaps none.
fn some_of(senders: Vec<Sender>) -> impl Strategy<Value = Vec<Sender>> {
    let sizes = 0..=senders.len();
    subsequence(senders, sizes).prop_shuffle()
}

/// Those whose keys a receiver has: at least one.
fn known_of(senders: Vec<Sender>) -> impl Strategy<Value = Vec<Sender>> {
    let sizes = 1..=senders.len();
    subsequence(senders, sizes).prop_shuffle()
}

fn expected(signers: &[Sender], known: &[Sender]) -> Result<(), RejectionKind> {
    if signers.iter().any(|signer| known.contains(signer)) {
        Ok(())
    } else {
        Err(RejectionKind::SignatureMismatch)
    }
}

proptest! {
    // Each case makes many receivers.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(4)))]

    #[test]
    fn a_message_is_accepted_if_one_of_those_who_signed_it_is_known(
        message in message(),
        (signers, known) in senders().prop_flat_map(|all| (some_of(all.clone()), known_of(all))),
    ) {
        let receiver = timeless(Receiver::builder(known.iter().map(Sender::key).collect::<Vec<_>>()));
        let answer = message.signed_by(&signers).answer_of(&receiver);
        prop_assert_eq!(answer, expected(&signers, &known));
    }

    #[test]
    fn after_each_replacement_those_who_are_known_now_are_accepted_and_nobody_else(
        message in message(),
        (all, rotation) in senders().prop_flat_map(|all| {
            let rotation = vec(known_of(all.clone()), 1..4);
            (Just(all), rotation)
        }),
    ) {
        let secrets = |known: &[Sender]| {
            let secrets = Secrets::builder(known.iter().map(Sender::key).collect::<Vec<_>>());
            secrets.build().unwrap()
        };
        let in_force = RotatingSecrets::new(secrets(&all));
        let receiver = timeless(Receiver::builder_with_source(in_force.clone()));
        for known in rotation {
            in_force.replace(secrets(&known));
            for sender in &all {
                let answer = message.signed_by([sender]).answer_of(&receiver);
                prop_assert_eq!(answer, expected(std::slice::from_ref(sender), &known));
            }
        }
    }
}
