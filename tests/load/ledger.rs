//! What was sent, printed and acknowledged has to agree.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::deliveries::Delivery;

/// Forgets what has been printed and acknowledged, so that a long run needs no memory.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    open: HashMap<String, Entry>,
    totals: Totals,
}

#[derive(Debug)]
struct Entry {
    event: String,
    printed: bool,
    acknowledged: bool,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) printed: u64,
    pub(crate) acknowledged: u64,
}

/// A line that the receiver prints.
#[derive(Deserialize)]
struct Line<'a> {
    id: &'a str,
    #[serde(borrow)]
    event: &'a RawValue,
}

impl Ledger {
    /// What is forged or never sent to its end is not entered, and so must not be printed.
    pub(crate) fn sent(&self, delivery: &Delivery) {
        let Some(event) = delivery.event.clone() else {
            return;
        };
        let entry = Entry {
            event,
            printed: false,
            acknowledged: false,
        };
        self.book().open.insert(delivery.id.clone(), entry);
    }

    pub(crate) fn printed(&self, line: &str) {
        let Line { id, event } = serde_json::from_str(line).expect("a line of JSON");
        let mut book = self.book();
        book.totals.printed += 1;
        let entry = book.open.get_mut(id);
        let entry = entry.unwrap_or_else(|| panic!("{id} was not to be printed, or not again"));
        assert!(!entry.printed, "{id} was printed twice");
        assert!(
            entry.event == event.get(),
            "{id} was not printed as it was sent: {event}"
        );
        entry.printed = true;
        book.settle(id);
    }

    pub(crate) fn acknowledged(&self, delivery: &Delivery) {
        let mut book = self.book();
        book.totals.acknowledged += 1;
        let entry = book.open.get_mut(&delivery.id);
        entry.expect("it was sent").acknowledged = true;
        book.settle(&delivery.id);
    }

    /// The receiver has ended and its output was read to the end: nothing acknowledged is missing.
    pub(crate) fn close(&self) -> Totals {
        let book = self.book();
        for (id, entry) in &book.open {
            assert!(
                !entry.acknowledged,
                "{id} was acknowledged and never printed"
            );
        }
        book.totals
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().expect("no check of the ledger failed")
    }
}

impl Book {
    fn settle(&mut self, id: &str) {
        let entry = self.open.get(id);
        if entry.is_some_and(|entry| entry.printed && entry.acknowledged) {
            self.open.remove(id);
        }
    }
}
