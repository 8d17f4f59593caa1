//! What a long run may not exceed. Each limit compares the run with itself, so that it holds on any machine.

use std::{fs, path::Path, time::Duration};

use hdrhistogram::Histogram;

use super::{book::TARGETS, intervals::Measured};
use crate::{figures::at, resources};

/// Each target has so many workers, and each of them may have a connection or not at the moment of a sample.
pub(super) const WORKERS: usize = 8;
/// By how much latencies of the last third may exceed those of the first. What grows with the rows of the inbox or with the
/// time would exceed it by far in an hour; other work on the machine does not.
const RATIO: u32 = 5;
/// Latencies below this count as this: a moment of the disk is a multiple of them.
const NOISE: [(f64, Duration); 2] = [
    (50.0, Duration::from_millis(10)),
    (95.0, Duration::from_millis(30)),
];
/// What a delivery takes in the file beside its body, which is stored once: signed headers, two tasks and their indexes.
const BYTES_PER_DELIVERY: u64 = 1024;
/// What the tables have from the beginning.
const EMPTY_BYTES: u64 = 256 * 1024;
/// Eight times what SQLite lets its journal grow to before it writes it back.
const JOURNAL_BYTES: u64 = 32 * 1024 * 1024;

/// Memory as in the other soak: the last third has no higher peak than the middle one, but for a tenth and a mebibyte. What
/// warms up, SQLite's page cache of 2 MiB above all, is full in the first third of a long run.
pub(super) fn assert_flat(measured: &Measured) {
    resources::assert_flat(&measured.resident_kib);
    let [_, middle, last] = measured.descriptors_of_thirds();
    assert!(
        last <= middle + TARGETS * WORKERS,
        "{last} files are open in the last third, {middle} in the middle one"
    );
}

pub(super) fn assert_as_fast(first: &Histogram<u64>, last: &Histogram<u64>) {
    for (percentile, noise) in NOISE {
        let limit = at(first, percentile).max(noise) * RATIO;
        let last = at(last, percentile);
        assert!(
            last <= limit,
            "p{percentile} is {last:?} in the last third, more than {limit:?}"
        );
    }
}

/// The receiver keeps finished requests for a day and ids for a week, so that nothing of a shorter run is swept: its file
/// grows with what it took, and with nothing else, such as attempts, duplicates or what was rejected.
pub(super) fn assert_file_bounded(file: u64, journal: u64, deliveries: u64, body_bytes: u64) {
    let limit = EMPTY_BYTES + deliveries * BYTES_PER_DELIVERY + body_bytes;
    assert!(
        file <= limit,
        "{file} bytes for {deliveries} deliveries, more than {limit}"
    );
    assert!(journal <= JOURNAL_BYTES, "a journal of {journal} bytes");
}

/// 0 for a file that is not there.
pub(super) fn bytes_of(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}
