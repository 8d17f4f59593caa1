//! The senders' own SDKs as oracles: ours agrees with each of them, except as `exceptions.md` says.
//!
//! `SDK_ORACLE_REQUESTS` says how many requests of each sender, `ORACLE_SEED` which: a failure repeats with the same two.
//! Mollie's packages have nothing that verifies, and GitHub, Shopify have nothing official in Python.

mod change;
mod draft;
mod listed;
mod sdk;
mod sender;
mod tally;

use std::{collections::BTreeSet, time::Instant};

use super::setting;
use draft::Random;
use sender::SENDERS;
use tally::Tally;

/// Few enough that a batch is judged before Paddle's SDKs find it too old, after 5 seconds.
const BATCH: usize = 250;

#[test]
fn ours_agrees_with_every_sdk_except_as_listed() {
    let requests = setting("SDK_ORACLE_REQUESTS", 2_000);
    let seed = setting("ORACLE_SEED", 1);
    let mut sdks = sdk::all();
    let mut tally = Tally::default();
    let started = Instant::now();
    for sender in SENDERS {
        let mut random = Random::with_seed(seed);
        for _ in 0..requests / BATCH {
            for judgement in draft::judge(sender, &mut random, BATCH, &mut sdks) {
                tally.count(&judgement);
            }
        }
    }
    println!("seed {seed}, {:.1?}\n{tally}", started.elapsed());
    tally.assert_nobody_is_one_sided();
    tally.assert_exceptions_are_those_listed();
}

#[test]
fn ours_accepts_what_an_sdk_signs() {
    let requests = setting("SDK_ORACLE_REQUESTS", 2_000);
    let seed = setting("ORACLE_SEED", 1);
    for sdk in &mut sdk::all() {
        let mut signing = BTreeSet::new();
        for sender in SENDERS {
            let mut random = Random::with_seed(seed);
            for _ in 0..requests / BATCH {
                let drafts = draft::unsigned(sender, &mut random, BATCH);
                for (draft, signed) in drafts.iter().zip(sdk.signed(&drafts)) {
                    let Some(signed) = signed else { continue };
                    signing.insert(sender.name);
                    let verdict = signed.ours();
                    assert_eq!(
                        verdict,
                        Ok(()),
                        "{}: {draft:#?}\n{signed:#?}",
                        sdk.language()
                    );
                }
            }
        }
        let expected = sdk::signing(sdk.language());
        assert_eq!(signing.iter().copied().collect::<Vec<_>>(), expected);
    }
}
