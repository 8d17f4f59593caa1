//! What came of a run.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};

use super::{
    exceptions::explain,
    judgement::Judgement,
    listed::{self, Exception, Ours},
    oracle::Identity,
};

/// How often a request was accepted, or refused by which class of error.
type Outcomes = BTreeMap<Result<(), String>, usize>;

#[derive(Default)]
pub(super) struct Tally {
    requests: usize,
    ours: Outcomes,
    theirs: BTreeMap<Identity, Outcomes>,
    exceptions: BTreeMap<Exception, usize>,
}

impl Tally {
    pub(super) fn requests(&self) -> usize {
        self.requests
    }

    /// Counts a request, and fails on a difference that has no explanation.
    pub(super) fn count(&mut self, judgement: &Judgement) {
        let number = self.requests;
        self.requests += 1;
        let ours = judgement.ours.map_err(|refusal| format!("{refusal:?}"));
        *self.ours.entry(ours).or_default() += 1;
        for (&oracle, theirs) in &judgement.theirs {
            let outcomes = self.theirs.entry(oracle).or_default();
            *outcomes.entry(theirs.clone()).or_default() += 1;
            let ours = match (&judgement.ours, theirs) {
                (Ok(()), Err(_)) => Ours::Accepts,
                (Err(_), Ok(())) => Ours::Refuses,
                _ => continue,
            };
            let name = explain(&judgement.sent, judgement.ours, oracle).unwrap_or_else(|| {
                panic!("request {number}: ours and {oracle} differ: {judgement:#?}")
            });
            let exception = Exception { name, ours, oracle };
            *self.exceptions.entry(exception).or_default() += 1;
        }
        for (oracle, theirs) in judgement.theirs_on_plain.iter().flatten() {
            assert!(
                theirs.is_ok(),
                "request {number}: {oracle} refuses even the plain form: {judgement:#?}"
            );
        }
    }

    pub(super) fn assert_nobody_is_one_sided(&self) {
        for outcomes in self.theirs.values().chain([&self.ours]) {
            let accepted = accepted(outcomes);
            let share = self.requests / 10;
            assert!(
                accepted > share && self.requests - accepted > share,
                "{self}"
            );
        }
    }

    /// Of the oracles that were asked, since a machine may not have all.
    pub(super) fn assert_exceptions_are_those_listed(&self) {
        let seen: BTreeSet<Exception> = self.exceptions.keys().copied().collect();
        let listed: BTreeSet<Exception> = listed::exceptions()
            .into_iter()
            .filter(|exception| self.theirs.contains_key(&exception.oracle))
            .collect();
        let not_listed: Vec<_> = seen.difference(&listed).collect();
        let no_longer_seen: Vec<_> = listed.difference(&seen).collect();
        assert!(
            not_listed.is_empty() && no_longer_seen.is_empty(),
            "not listed: {not_listed:#?}\nno longer seen: {no_longer_seen:#?}\n{self}"
        );
    }
}

fn accepted(outcomes: &Outcomes) -> usize {
    outcomes.get(&Ok(())).copied().unwrap_or_default()
}

/// Tables of the verdicts and of the exceptions.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut verdicts = Table::new();
        verdicts
            .load_style(UTF8_FULL_CONDENSED)
            .set_header(["of", "accepted", "refused", "by"]);
        let named = self
            .theirs
            .iter()
            .map(|(oracle, outcomes)| (oracle.to_string(), outcomes));
        for (name, outcomes) in [("ours".to_owned(), &self.ours)].into_iter().chain(named) {
            let accepted = accepted(outcomes);
            let refusals: Vec<String> = outcomes
                .iter()
                .filter_map(|(outcome, times)| {
                    Some(format!("{}: {times}", outcome.as_ref().err()?))
                })
                .collect();
            verdicts.add_row([
                name,
                accepted.to_string(),
                (self.requests - accepted).to_string(),
                refusals.join("\n"),
            ]);
        }
        let mut exceptions = Table::new();
        exceptions.load_style(UTF8_FULL_CONDENSED).set_header([
            "exception",
            "ours",
            "oracle",
            "times",
        ]);
        for (Exception { name, ours, oracle }, times) in &self.exceptions {
            exceptions.add_row([
                (*name).to_owned(),
                format!("{ours:?}"),
                oracle.to_string(),
                times.to_string(),
            ]);
        }
        write!(f, "{} requests\n{verdicts}\n{exceptions}", self.requests)
    }
}
