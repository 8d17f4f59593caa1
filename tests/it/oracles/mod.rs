//! `svix` and `standardwebhooks` of Rust, Python and JavaScript as oracles: ours agrees with each of them, except as
//! `exceptions.md` says.
//!
//! `ORACLE_REQUESTS` says how many requests, `ORACLE_SEED` which: a failure repeats with the same two.

mod child_process;
mod draft;
mod exceptions;
mod judgement;
mod layout;
mod listed;
mod oracle;
mod packages;
mod rust_crates;
mod secrets;
mod senders;
mod sent;
mod signatures;
mod tally;

use std::{
    env,
    fmt::Debug,
    str::FromStr,
    time::{Instant, SystemTime},
};

use tower_webhook::{Timestamp, scheme::HeaderFamily, testing::Signer};

use draft::Draft;
use judgement::{judge, verdicts};
use oracle::{Oracle, Package};
use sent::Sent;
use tally::Tally;

const BATCH: usize = 500;

#[test]
fn ours_agrees_with_every_oracle_except_as_listed() {
    let requests = setting("ORACLE_REQUESTS", 8_000);
    let seed = setting("ORACLE_SEED", 1);
    let mut oracles = oracles();
    let mut drafts = draft::drafts(seed);
    let mut tally = Tally::default();
    let started = Instant::now();
    while tally.requests() < requests {
        let batch: Vec<Draft> = drafts.by_ref().take(BATCH).collect();
        for judgement in judge(&batch, &mut oracles) {
            tally.count(&judgement);
        }
    }
    println!("seed {seed}, {:.1?}\n{tally}", started.elapsed());
    tally.assert_nobody_is_one_sided();
    tally.assert_exceptions_are_those_listed();
}

#[test]
fn every_oracle_accepts_what_our_signer_signs() {
    let mut oracles = oracles();
    assert_signed_is_accepted(HeaderFamily::Webhook, &mut oracles);
    // The other package does not read `svix-*`.
    oracles.retain(|oracle| oracle.identity().package == Package::Svix);
    assert_signed_is_accepted(HeaderFamily::Svix, &mut oracles);
}

fn assert_signed_is_accepted(family: HeaderFamily, oracles: &mut [Box<dyn Oracle>]) {
    let now = Timestamp::from(SystemTime::now());
    let messages = (secrets::genuine(), draft::genuine_id(), draft::text());
    let requests: Vec<Sent> = draft::seeded(setting("ORACLE_SEED", 1), messages)
        .map(|(secret, id, body)| {
            let signer = Signer::new(secret.text()).unwrap().header_family(family);
            let (head, _) = signer.request(&id, now, body.clone()).into_parts();
            Sent {
                secrets: vec![secret.text()],
                headers: head.headers,
                body,
            }
        })
        .take(BATCH)
        .collect();
    for (sent, verdicts) in requests.iter().zip(verdicts(oracles, requests.iter())) {
        for (oracle, verdict) in verdicts {
            assert_eq!(verdict, Ok(()), "{oracle}: {sent:#?}");
        }
    }
}

/// All that can be had on this machine.
fn oracles() -> Vec<Box<dyn Oracle>> {
    let mut oracles = rust_crates::all();
    oracles.extend(packages::all());
    oracles
}

fn setting<T: FromStr<Err: Debug>>(name: &str, default: T) -> T {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}
