//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};

/// Load and faults over loopback against the example `receiver`.
#[derive(Debug, Parser)]
#[command(name = "load")]
pub(crate) struct Args {
    /// What to run; without any, everything
    scenarios: Vec<Scenario>,

    /// How long each soak lasts [default: 40s, and 20s with the inbox]
    #[arg(long, value_parser = humantime::parse_duration)]
    pub(crate) soak: Option<Duration>,

    /// How many honest deliveries a second each receiver of the soak with the inbox gets
    #[arg(long, default_value = "40", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rate: u32,

    /// A receiver that has been built; without it, it is built first
    #[arg(long)]
    pub(crate) receiver: Option<PathBuf>,

    /// How many senders are at work at a time
    #[arg(long, default_value = "32")]
    pub(crate) senders: usize,

    /// How many connections send their body a byte a second; a fourth as many do so with their head
    #[arg(long, default_value = "2000")]
    pub(crate) slow: usize,

    /// How many genuine requests are damaged at random
    #[arg(long, default_value = "1000")]
    pub(crate) mutations: usize,

    /// How many deliveries are sent while the receiver is killed again and again
    #[arg(long, default_value = "500")]
    pub(crate) deliveries: usize,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Scenario {
    Soak,
    InboxSoak,
    Slow,
    Crowd,
    Vanishing,
    Garbage,
    Limits,
    Shutdown,
    StuckOutput,
    Unread,
    Streams,
    DeadLog,
    OpenFiles,
    Kill,
}

/// What the scenarios without a number of their own need, and the files that are no connections.
const OTHER_FILES: usize = 500;

impl Args {
    /// How many files are open at a time, at the most.
    pub(crate) fn open_files(&self) -> usize {
        let slow = self.slow + self.slow / 4;
        slow.max(self.mutations) + self.senders + OTHER_FILES
    }

    pub(crate) fn scenarios(&self) -> Vec<Scenario> {
        if self.scenarios.is_empty() {
            Scenario::value_variants().to_vec()
        } else {
            self.scenarios.clone()
        }
    }
}

impl Scenario {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Soak => "soak",
            Self::InboxSoak => "inbox-soak",
            Self::Slow => "slow",
            Self::Crowd => "crowd",
            Self::Vanishing => "vanishing",
            Self::Garbage => "garbage",
            Self::Limits => "limits",
            Self::Shutdown => "shutdown",
            Self::StuckOutput => "stuck-output",
            Self::Unread => "unread",
            Self::Streams => "streams",
            Self::DeadLog => "dead-log",
            Self::OpenFiles => "open-files",
            Self::Kill => "kill",
        }
    }

    pub(crate) fn purpose(self) -> &'static str {
        match self {
            Self::Soak => "memory stays flat at saturation",
            Self::InboxSoak => {
                "what is acknowledged into an inbox reaches both targets, and memory stays flat"
            }
            Self::Slow => "honest senders do not notice slow ones, which are cut off",
            Self::Crowd => "connections that ask for nothing give their places to others",
            Self::Vanishing => "senders that leave midway leave nothing behind",
            Self::Garbage => "what is not HTTP, or dishonest HTTP, is refused",
            Self::Limits => "bodies just below, at and above the limit",
            Self::Shutdown => "a stop under load loses nothing that was acknowledged",
            Self::StuckOutput => "nor does one while nobody reads the output",
            Self::Unread => "peers that never read their responses hold no place",
            Self::Streams => {
                "nor do strangers with many streams of HTTP/2, and their memory is bounded"
            }
            Self::DeadLog => "a log that nobody reads holds nothing up",
            Self::OpenFiles => "fewer open files than connections are enough",
            Self::Kill => {
                "kills lose nothing that was acknowledged into the inbox, and repeat only what was in flight"
            }
        }
    }
}
