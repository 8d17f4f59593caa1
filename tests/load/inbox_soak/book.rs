//! What has become of each delivery, in a byte by its number: an hour at forty a second is 140 KiB.

use std::sync::{Mutex, MutexGuard};

use super::sender::UNWANTED;

const ACKNOWLEDGED: u8 = 1;
/// How many targets there are of each receiver.
pub(super) const TARGETS: usize = 2;
/// The bits of the targets.
const REACHED: [u8; TARGETS] = [2, 4];
const COMPLETE: u8 = ACKNOWLEDGED | REACHED[0] | REACHED[1];

#[derive(Default)]
pub(super) struct Book(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    /// By number. Whoever has an entry has been sent, at least in part.
    deliveries: Vec<u8>,
    unwanted: u64,
    complete: usize,
    /// Deliveries that a target took again after it had taken them.
    repeated: [u64; TARGETS],
    /// The first thing that was not as it should be at a target.
    fault: Option<String>,
}

impl Book {
    /// The number of a delivery that is about to be sent.
    pub(super) fn begin(&self) -> u64 {
        let mut pages = self.pages();
        pages.deliveries.push(0);
        u64::try_from(pages.deliveries.len() - 1).expect("a number")
    }

    /// The number of one that must never be forwarded.
    pub(super) fn begin_unwanted(&self) -> u64 {
        let mut pages = self.pages();
        pages.unwanted += 1;
        UNWANTED + pages.unwanted
    }

    pub(super) fn acknowledge(&self, number: u64) {
        let mut pages = self.pages();
        assert!(pages.mark(number, ACKNOWLEDGED).is_some(), "it was sent");
    }

    pub(super) fn is_acknowledged(&self, number: u64) -> bool {
        self.pages()
            .entry(number)
            .is_some_and(|entry| *entry & ACKNOWLEDGED != 0)
    }

    /// A target takes a delivery. Whatever was not sent, or never to its end, must not come.
    pub(super) fn reach(&self, target: usize, number: u64) {
        let mut pages = self.pages();
        match pages.mark(number, REACHED[target]) {
            Some(true) => {}
            Some(false) => pages.repeated[target] += 1,
            None => pages.note(format!("evt_{number} was forwarded and never sent")),
        }
    }

    /// Notes what is wrong at a target.
    pub(super) fn note(&self, fault: String) {
        self.pages().note(fault);
    }

    pub(super) fn assert_no_fault(&self) {
        let fault = self.pages().fault.clone();
        assert!(fault.is_none(), "{}", fault.as_deref().unwrap_or_default());
    }

    /// Whether whatever was sent was acknowledged and has reached both targets.
    pub(super) fn is_complete(&self) -> bool {
        let pages = self.pages();
        pages.complete == pages.deliveries.len()
    }

    /// Every delivery, on its own, was acknowledged and has reached both targets. Returns how many there are.
    pub(super) fn assert_complete(&self) -> u64 {
        let pages = self.pages();
        for (number, entry) in pages.deliveries.iter().enumerate() {
            assert!(*entry & ACKNOWLEDGED != 0, "evt_{number} has no answer");
            for (target, bit) in REACHED.iter().enumerate() {
                assert!(
                    *entry & bit != 0,
                    "evt_{number} never reached target {target}"
                );
            }
        }
        u64::try_from(pages.deliveries.len()).expect("a number")
    }

    pub(super) fn repeated(&self) -> [u64; TARGETS] {
        self.pages().repeated
    }

    pub(super) fn unwanted(&self) -> u64 {
        self.pages().unwanted
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().expect("no check of the book failed")
    }
}

impl Pages {
    fn entry(&mut self, number: u64) -> Option<&mut u8> {
        let number = usize::try_from(number).ok()?;
        self.deliveries.get_mut(number)
    }

    /// Whether it was not marked before; `None` if there is no such delivery.
    fn mark(&mut self, number: u64, bit: u8) -> Option<bool> {
        let entry = self.entry(number)?;
        let is_new = *entry & bit == 0;
        *entry |= bit;
        let is_complete = is_new && *entry == COMPLETE;
        self.complete += usize::from(is_complete);
        Some(is_new)
    }

    fn note(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }
}
