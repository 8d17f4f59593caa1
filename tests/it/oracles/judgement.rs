//! What everybody says to the same requests at one and the same time.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant, SystemTime},
};

use tower_webhook::{Receiver, RejectionKind, Timestamp, error::ConfigErrorKind};

use super::{
    draft::Draft,
    oracle::{Identity, Oracle, Verdict},
    sent::Sent,
};
use crate::support::answer;

/// The oracles read the real clock, and drafts stay 30 seconds away from the edge of the tolerance.
const IN_TIME: Duration = Duration::from_secs(20);

/// Why ours refuses.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    Configuration(ConfigErrorKind),
    Request(RejectionKind),
}

/// The verdicts of all oracles on one request.
pub(super) type Verdicts = BTreeMap<Identity, Verdict>;

#[derive(Debug)]
pub(super) struct Judgement {
    pub(super) sent: Sent,
    pub(super) ours: Result<(), Refusal>,
    pub(super) theirs: Verdicts,
    /// On the plain form of what ours accepts, unless its body is no text.
    pub(super) theirs_on_plain: Option<Verdicts>,
}

/// Signs the drafts now and has everybody judge them; again from the start if the machine was asleep meanwhile.
pub(super) fn judge(drafts: &[Draft], oracles: &mut [Box<dyn Oracle>]) -> Vec<Judgement> {
    for _ in 0..10 {
        let started = Instant::now();
        let judgements = judge_at(SystemTime::now().into(), drafts, oracles);
        if started.elapsed() < IN_TIME {
            return judgements;
        }
    }
    panic!("nobody judges {} requests in time", drafts.len());
}

fn judge_at(now: Timestamp, drafts: &[Draft], oracles: &mut [Box<dyn Oracle>]) -> Vec<Judgement> {
    let now = now.unix_seconds();
    let sent: Vec<Sent> = drafts.iter().map(|draft| draft.sent_at(now)).collect();
    let ours: Vec<_> = sent.iter().map(|sent| ours(sent, now)).collect();
    let plain: Vec<Option<Sent>> = sent
        .iter()
        .zip(&ours)
        .map(|(sent, ours)| ours.is_ok().then(|| sent.plain())?)
        .collect();
    let theirs = verdicts(oracles, sent.iter());
    let mut on_plain = verdicts(oracles, plain.iter().flatten()).into_iter();
    let mut judgements = Vec::new();
    for (((sent, ours), plain), theirs) in sent.into_iter().zip(ours).zip(plain).zip(theirs) {
        judgements.push(Judgement {
            sent,
            ours,
            theirs,
            theirs_on_plain: plain.and_then(|_| on_plain.next()),
        });
    }
    judgements
}

/// Asks all oracles at once.
pub(super) fn verdicts<'r>(
    oracles: &mut [Box<dyn Oracle>],
    requests: impl Iterator<Item = &'r Sent>,
) -> Vec<Verdicts> {
    let requests: Vec<&Sent> = requests.collect();
    let mut verdicts = vec![Verdicts::new(); requests.len()];
    thread::scope(|scope| {
        let asked: Vec<_> = oracles
            .iter_mut()
            .map(|oracle| {
                (
                    oracle.identity(),
                    scope.spawn(|| oracle.verdicts(&requests)),
                )
            })
            .collect();
        for (identity, answers) in asked {
            let answers = answers.join().unwrap();
            assert_eq!(answers.len(), requests.len(), "{identity}");
            for (of_request, verdict) in verdicts.iter_mut().zip(answers) {
                of_request.insert(identity, verdict);
            }
        }
    });
    verdicts
}

fn ours(sent: &Sent, now: u64) -> Result<(), Refusal> {
    let receiver = Receiver::builder(&sent.secrets)
        .clock(move || Duration::from_secs(now))
        .build()
        .map_err(|error| Refusal::Configuration(error.kind()))?;
    answer(&receiver, &sent.headers, sent.body.clone()).map_err(Refusal::Request)
}
