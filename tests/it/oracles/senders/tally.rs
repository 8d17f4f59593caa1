//! What came of a run.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};

use super::{
    change::Change,
    draft::Judgement,
    listed::{self, Exception, Ours},
    sdk::Language,
};

#[derive(Default)]
pub(super) struct Tally {
    /// By sender; ours without a language.
    outcomes: BTreeMap<(&'static str, Option<Language>), Outcomes>,
    exceptions: BTreeMap<Exception, usize>,
}

#[derive(Default)]
struct Outcomes {
    accepted: usize,
    rejected: BTreeMap<String, usize>,
}

impl Tally {
    pub(super) fn count(&mut self, judgement: &Judgement) {
        let (sender, change) = (judgement.sent.sender, judgement.sent.change);
        let ours = judgement.ours.map_err(|kind| format!("{kind:?}"));
        assert!(
            change != Change::None || ours.is_ok(),
            "ours rejects what is genuine: {judgement:#?}"
        );
        self.outcomes
            .entry((sender, None))
            .or_default()
            .count(&ours);
        for (&language, theirs) in &judgement.theirs {
            let outcomes = self.outcomes.entry((sender, Some(language))).or_default();
            outcomes.count(theirs);
            let ours = match (&ours, theirs) {
                (Ok(()), Err(_)) => Ours::Accepts,
                (Err(_), Ok(())) => Ours::Rejects,
                _ => continue,
            };
            let exception = Exception {
                change,
                ours,
                language,
                sender,
            };
            *self.exceptions.entry(exception).or_default() += 1;
        }
    }

    pub(super) fn assert_nobody_is_one_sided(&self) {
        for ((sender, language), outcomes) in &self.outcomes {
            let rejected: usize = outcomes.rejected.values().sum();
            let share = (outcomes.accepted + rejected) / 10;
            assert!(
                outcomes.accepted > share && rejected > share,
                "{sender} {language:?}\n{self}"
            );
        }
    }

    /// Of the SDKs that were asked, since a machine may not have all.
    pub(super) fn assert_exceptions_are_those_listed(&self) {
        let seen: BTreeSet<Exception> = self.exceptions.keys().copied().collect();
        let was_asked = |exception: &Exception| {
            let of = (exception.sender, Some(exception.language));
            self.outcomes.contains_key(&of)
        };
        let listed: BTreeSet<Exception> =
            listed::exceptions().into_iter().filter(was_asked).collect();
        let not_listed: Vec<_> = seen.difference(&listed).collect();
        let no_longer_seen: Vec<_> = listed.difference(&seen).collect();
        assert!(
            not_listed.is_empty() && no_longer_seen.is_empty(),
            "not listed: {not_listed:#?}\nno longer seen: {no_longer_seen:#?}\n{self}"
        );
    }
}

impl Outcomes {
    fn count(&mut self, verdict: &Result<(), String>) {
        match verdict {
            Ok(()) => self.accepted += 1,
            Err(class) => *self.rejected.entry(class.clone()).or_default() += 1,
        }
    }
}

/// Tables of the verdicts and of the exceptions.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut verdicts = Table::new();
        verdicts
            .load_style(UTF8_FULL_CONDENSED)
            .set_header(["sender", "by", "accepted", "rejected"]);
        for ((sender, language), outcomes) in &self.outcomes {
            let classes = outcomes.rejected.iter();
            let classes: Vec<String> = classes
                .map(|(class, times)| format!("{class}: {times}"))
                .collect();
            verdicts.add_row([
                (*sender).to_owned(),
                language.map_or("ours".to_owned(), |language| language.to_string()),
                outcomes.accepted.to_string(),
                classes.join("\n"),
            ]);
        }
        let mut exceptions = Table::new();
        exceptions
            .load_style(UTF8_FULL_CONDENSED)
            .set_header(["change", "ours", "language", "sender", "times"]);
        for (exception, times) in &self.exceptions {
            exceptions.add_row([
                exception.change.to_string(),
                format!("{:?}", exception.ours),
                exception.language.to_string(),
                exception.sender.to_owned(),
                times.to_string(),
            ]);
        }
        write!(f, "{verdicts}\n{exceptions}")
    }
}
