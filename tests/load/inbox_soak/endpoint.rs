//! One receiver with its inbox, its sender and its targets, from the start to the end.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{process::Command, time::sleep};

use super::{
    book::{Book, TARGETS},
    honest::{Counts, Shared, client},
    intervals::{Latencies, Measured},
    limits::{self, WORKERS},
    moods::Moods,
    sender::{Sender, body_bytes_until},
    target::{self, Target},
};
use crate::{
    figures::{Figures, at},
    receiver::{KEY, PATH, Receiver, SECRET},
    resources::{self, Resources, mib},
    stalls,
};

/// Soon at first. An outage takes some of the later ones, which are more than any run needs.
const FIRST_DELAYS: &str = "0.5,1,2";
const LATER_DELAYS: usize = 100;
/// For the rest to reach its targets, on a slow machine too.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// For what is in flight to be settled, and for whatever would be sent again to be due.
const SETTLING: Duration = Duration::from_secs(1);
/// One delivery in so many may be late: the disk of a busy machine can stand still, and nothing notices but the receiver.
const LATE: u64 = 1000;
/// For the receiver to have opened whatever it keeps open: its worker looks at the inbox when it starts, and SQLite keeps the
/// file of the connection that is closed then, for the next.
const QUIET: Duration = Duration::from_secs(1);
const PERCENTILES: [f64; 3] = [50.0, 95.0, 99.0];

pub(super) struct Endpoint {
    pub(super) shared: Arc<Shared>,
    program: PathBuf,
    file: PathBuf,
    receiver: Receiver,
    targets: [Target; TARGETS],
    before: Resources,
    measured: Measured,
    journal_bytes: u64,
    stalls_before: usize,
}

impl Endpoint {
    pub(super) async fn start(
        program: &Path,
        sender: Arc<Sender>,
        directory: &Path,
        duration: Duration,
    ) -> Self {
        let book = Arc::<Book>::default();
        let target = |number: usize| {
            let seed = format!("{}{number}", sender.name)
                .bytes()
                .map(u64::from)
                .sum();
            Target::start(number, Moods::new(seed, duration), Arc::clone(&book))
        };
        let targets = [target(0).await, target(1).await];
        let file = directory.join(format!("{}.db", sender.name));
        let inbox_url = inbox_url(&file);
        let urls = targets.each_ref().map(Target::url).join(",");
        let delays = format!("{FIRST_DELAYS}{}", ",5".repeat(LATER_DELAYS));
        let workers = WORKERS.to_string();
        let variables = [
            ("PROVIDER", sender.slug),
            ("SIGNING_SECRETS", SECRET),
            (
                "DECRYPTION_KEY",
                if sender.slug.is_empty() { KEY } else { "" },
            ),
            ("INBOX_URL", inbox_url.as_str()),
            ("FORWARD_URLS", &urls),
            ("FORWARD_SECRET", target::SECRET),
            ("INBOX_SCHEDULE_SECS", &delays),
            ("WORKERS", &workers),
        ];
        let receiver = Receiver::start(program, variables).await;
        sleep(QUIET).await;
        let shared = Arc::new(Shared {
            sender,
            url: format!("http://{}{PATH}", receiver.address),
            book,
            client: client(),
            counts: Counts::default(),
            latencies: Latencies::new(),
        });
        Self {
            shared,
            program: program.to_owned(),
            file,
            before: receiver.resources(),
            receiver,
            targets,
            measured: Measured::default(),
            journal_bytes: 0,
            stalls_before: stalls::count(),
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.receiver.address
    }

    pub(super) fn sample(&mut self) {
        self.shared.book.assert_no_fault();
        self.measured.sample(self.receiver.resources());
        self.journal_bytes = self.journal_bytes.max(limits::bytes_of(&self.journal()));
    }

    /// Ends an interval of the run, and returns what was measured in it, as text.
    pub(super) fn end_interval(&mut self) -> String {
        let resources = self.receiver.resources();
        let latencies = self.measured.end_interval(&self.shared.latencies);
        let [p50, p95, p99] = PERCENTILES.map(|percentile| at(latencies, percentile));
        let name = self.shared.sender.name;
        format!("{name}: {resources}, p50 {p50:.1?}, p95 {p95:.1?}, p99 {p99:.1?}")
    }

    /// Waits for the rest, stops the receiver, and checks everything.
    pub(super) async fn finish(self, figures: &mut Figures) {
        let (shared, stalls) = (&self.shared, stalls::count() - self.stalls_before);
        let rest = async {
            while !shared.book.is_complete() {
                shared.book.assert_no_fault();
                sleep(Duration::from_millis(20)).await;
            }
        };
        stalls::within(PATIENCE, "reaching every target", rest).await;
        sleep(SETTLING).await;
        shared.book.assert_no_fault();
        let deliveries = shared.book.assert_complete();
        assert_eq!(self.dead_letters().await, "", "none died");
        let repeated = shared.book.repeated();
        let in_flight = u64::try_from(stalls * WORKERS).expect("a number");
        assert!(
            repeated.iter().all(|repeated| *repeated <= in_flight),
            "{repeated:?} came to the targets again, of {in_flight} in flight in {stalls} stalls"
        );
        let late = shared.counts.late.load(Ordering::Relaxed);
        assert!(late <= deliveries / LATE + in_flight, "{late} were late");
        let attempts = self.targets.each_ref().map(Target::attempts);
        let journal = limits::bytes_of(&self.journal()).max(self.journal_bytes);
        // With them go the connections to them.
        drop(self.targets);
        let after = self.receiver.settled(self.before).await;
        let totals = self.receiver.stop().await;
        assert_eq!(totals.printed, 0, "it was forwarded instead");
        let file = limits::bytes_of(&self.file);
        limits::assert_flat(&self.measured);
        let thirds = self.measured.latencies_of_thirds();
        limits::assert_as_fast(&thirds[0], &thirds[2]);
        limits::assert_file_bounded(file, journal, deliveries, body_bytes_until(deliveries));

        let mut add = |name: &str, value: String| {
            figures.add(format!("{}, {name}", shared.sender.name), value);
        };
        add("acknowledged, all at both targets", deliveries.to_string());
        let known = shared.counts.known.load(Ordering::Relaxed);
        add("sent again and known", known.to_string());
        add("late, and sent again", late.to_string());
        let unwanted = shared.book.unwanted();
        add(
            "hostile or without an end, none forwarded",
            unwanted.to_string(),
        );
        add("attempts at the targets", format!("{attempts:?}"));
        add("taken again after a stall", format!("{repeated:?}"));
        for (third, latencies) in ["first", "middle", "last"].iter().zip(&thirds) {
            let [p50, p95, p99] = PERCENTILES.map(|percentile| at(latencies, percentile));
            add(
                &format!("latency of the {third} third, p50, p95, p99"),
                format!("{p50:.1?}, {p95:.1?}, {p99:.1?}"),
            );
        }
        let descriptors = self.measured.descriptors_of_thirds();
        add("open files of the thirds", format!("{descriptors:?}"));
        add("before", self.before.to_string());
        add("after", after.to_string());
        add("the inbox's file", mib(file / 1024));
        add(
            "of each delivery",
            format!("{} bytes", file / deliveries.max(1)),
        );
        add("its journal, at the most", mib(journal / 1024));
        let memory = resources::peaks_of_thirds(&self.measured.resident_kib).map(mib);
        add("memory, peaks of the thirds", memory.join(", "));
    }

    fn journal(&self) -> PathBuf {
        let mut name = self.file.clone().into_os_string();
        name.push("-wal");
        name.into()
    }

    async fn dead_letters(&self) -> String {
        let mut command = Command::new(&self.program);
        let listing = command
            .args(["inbox", "list"])
            .env("INBOX_URL", inbox_url(&self.file));
        let output = listing.output().await.expect("the receiver starts");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    }
}

fn inbox_url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}
