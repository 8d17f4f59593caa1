//! Memory and open files of a process, as Linux tells them.

use std::{fmt, fs};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Resources {
    pub(crate) resident_kib: u64,
    pub(crate) descriptors: usize,
}

impl Resources {
    pub(crate) fn of(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status"))
            .expect("Linux tells about a process that runs");
        let resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix("kB"))
            .expect("the process has memory");
        let descriptors = fs::read_dir(format!("/proc/{process}/fd")).expect("its open files");
        Self {
            resident_kib: resident.trim().parse().expect("a number"),
            descriptors: descriptors.count(),
        }
    }

    /// The higher figure of each.
    pub(crate) fn max(self, other: Self) -> Self {
        Self {
            resident_kib: self.resident_kib.max(other.resident_kib),
            descriptors: self.descriptors.max(other.descriptors),
        }
    }

    /// With so many open files more.
    pub(crate) fn with_descriptors(self, more: usize) -> Self {
        Self {
            descriptors: self.descriptors + more,
            ..self
        }
    }
}

impl fmt::Display for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {} open files",
            mib(self.resident_kib),
            self.descriptors
        )
    }
}

/// What each connection left behind is less than 1 KiB, an eighth of its smallest buffer, and no open file. 2 MiB are
/// the allocator's: what it keeps differs by as much from time to time, and grows, less and less, at the beginning.
pub(crate) fn assert_nothing_kept(before: Resources, after: Resources, connections: usize) {
    assert!(
        after.descriptors <= before.descriptors,
        "{after}, before {before}"
    );
    let kept = kept_kib(before, after);
    assert!(
        is_the_allocators(kept, connections),
        "{kept} KiB were kept of {connections} connections"
    );
}

/// Whether the memory that so many connections left behind is the allocator's.
pub(crate) fn nothing_is_kept(before: Resources, after: Resources, connections: usize) -> bool {
    is_the_allocators(kept_kib(before, after), connections)
}

fn kept_kib(before: Resources, after: Resources) -> u64 {
    after.resident_kib.saturating_sub(before.resident_kib)
}

fn is_the_allocators(kept_kib: u64, connections: usize) -> bool {
    kept_kib < u64::try_from(connections).unwrap_or(u64::MAX) + 2048
}

/// Memory is flat when the last third of the samples has no higher peak than the middle third, but for a tenth and a
/// mebibyte. The first third is for warming up.
pub(crate) fn assert_flat(resident_kib: &[u64]) {
    let [_, middle, last] = peaks_of_thirds(resident_kib);
    assert!(
        last <= middle + middle / 10 + 1024,
        "memory grew from {middle} to {last} KiB"
    );
}

pub(crate) fn peaks_of_thirds(samples: &[u64]) -> [u64; 3] {
    let third = samples.len() / 3;
    let peak = |samples: &[u64]| samples.iter().copied().max().expect("three samples");
    [
        peak(&samples[..third]),
        peak(&samples[third..2 * third]),
        peak(&samples[2 * third..]),
    ]
}

pub(crate) fn mib(kib: u64) -> String {
    format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024)
}

/// Lets this process, and those that it starts, open as many files as it may, which have to be `needed` or more.
pub(crate) fn raise_descriptor_limit(needed: usize) {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("the limit of open files");
    assert!(
        usize::try_from(hard).unwrap_or(usize::MAX) >= needed,
        "a process may open {hard} files here and {needed} are needed: raise the hard limit (`ulimit -Hn`), or ask for \
         fewer connections (`--help`)"
    );
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard)
        .expect("a process may raise it to the hard limit");
}
