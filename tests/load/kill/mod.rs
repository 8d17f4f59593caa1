//! The receiver with an inbox is killed at random moments under load, while one target fails and another is down.

mod target;

use std::{
    env, fs,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::{Client, StatusCode};
use tokio::{
    net::TcpListener,
    process::Command,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    deliveries::Deliveries,
    figures::Figures,
    postgres_server::url_or_skip,
    receiver::{PATH, Receiver, SECRET},
    stalls,
};
use target::Target;

const WORKERS: usize = 16;
/// Of one event at the first target.
const FAILURES: usize = 3;
/// So many kills for so many deliveries, at random moments.
const DELIVERIES_PER_KILL: usize = 100;
const KILLS: std::ops::RangeInclusive<usize> = 4..=40;
/// Longer than a starved machine leaves a claim unrenewed: only a kill ends one.
const LEASE_SECS: &str = "5";
/// More attempts than failures, kills and the time without a target take.
const SCHEDULE_DELAYS: usize = 400;
const DELAY_SECS: &str = "0.3";
/// For the rest to arrive after the last kill: tens of thousands of attempts, on a slow machine too.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

pub(crate) async fn run(program: &Path, deliveries: usize, senders: usize) -> Figures {
    let mut figures = Figures::default();
    let directory = env::temp_dir().join(format!("tower-webhook-load-{}", std::process::id()));
    fs::create_dir_all(&directory).expect("a directory");
    let sqlite = format!("sqlite:{}", directory.join("inbox.db").display());
    over(
        "SQLite",
        &sqlite,
        program,
        deliveries,
        senders,
        &mut figures,
    )
    .await;
    // A process that was killed a moment ago may still be writing.
    let _ = fs::remove_dir_all(&directory);
    if let Some(postgres) = url_or_skip("kills over PostgreSQL") {
        over(
            "PostgreSQL",
            &postgres,
            program,
            deliveries,
            senders,
            &mut figures,
        )
        .await;
    }
    figures
}

/// One kill: the process lived until after `from`, and the next one not before `to`.
struct Kill {
    from: Instant,
    to: Instant,
}

async fn over(
    name: &str,
    url: &str,
    program: &Path,
    deliveries: usize,
    senders: usize,
    figures: &mut Figures,
) {
    let start = Instant::now();
    let failing = Target::start(FAILURES).await;
    let mut down = Target::start(0).await;
    let inbox = Inbox {
        program,
        url,
        targets: format!("{},{}", failing.url(), down.url()),
        listen: free_address().await.to_string(),
    };
    let mut receiver = inbox.start().await;
    let sending = Sending::new(receiver.address, deliveries);
    let mut tasks = JoinSet::new();
    for _ in 0..senders {
        tasks.spawn(sending.clone().run());
    }

    let mut kills = Vec::new();
    let planned = (deliveries / DELIVERIES_PER_KILL).clamp(*KILLS.start(), *KILLS.end());
    while kills.len() < planned {
        // The sooner of a random moment and its share of the deliveries, so that each kill meets some.
        let share = deliveries * (kills.len() + 1) / (planned + 1);
        let moment = Duration::from_millis(fastrand::u64(50..4000));
        let _ = timeout(moment, sending.until_acknowledged(share)).await;
        let from = Instant::now();
        receiver.kill().await;
        receiver = inbox.start().await;
        let to = Instant::now();
        kills.push(Kill { from, to });
        match kills.len() {
            number if number == planned / 4 => down.go_down().await,
            number if number == planned * 3 / 4 => down.come_back().await,
            _ => {}
        }
    }
    tasks.join_all().await;
    let acknowledged = sending
        .acknowledged
        .lock()
        .expect("no sender failed")
        .clone();
    assert_eq!(acknowledged.len(), deliveries);
    for target in [&failing, &down] {
        let reached = target.until_reached(acknowledged.len());
        stalls::within(PATIENCE, "reaching every target", reached).await;
    }
    // What is in flight is settled, and whatever would be sent again is due.
    sleep(Duration::from_secs(1)).await;
    receiver.stop().await;
    assert_eq!(inbox.dead_letters().await, "", "none died");

    figures.add(
        format!("{name}, acknowledged, none of them lost"),
        acknowledged.len(),
    );
    figures.add(format!("{name}, kills"), kills.len());
    for (which, target) in [("failing", &failing), ("down", &down)] {
        target.assert_reached_by(&acknowledged);
        let repeated = target.repeated(&kills);
        for (kill, repeated) in repeated.iter().enumerate() {
            assert!(
                *repeated <= WORKERS,
                "{repeated} deliveries came to the {which} target again for kill {kill}, where {WORKERS} were in flight"
            );
        }
        let total: usize = repeated.iter().sum();
        figures.add(
            format!("{name}, attempts at the {which} target"),
            target.attempts(),
        );
        figures.add(
            format!("{name}, in flight at a kill and sent to the {which} target again"),
            total,
        );
    }
    figures.add(format!("{name}, took"), format!("{:.1?}", start.elapsed()));
}

/// How the receiver is started each time.
struct Inbox<'p> {
    program: &'p Path,
    url: &'p str,
    targets: String,
    listen: String,
}

impl Inbox<'_> {
    async fn start(&self) -> Receiver {
        let schedule = vec![DELAY_SECS; SCHEDULE_DELAYS].join(",");
        let workers = WORKERS.to_string();
        let variables = [
            ("LISTEN", self.listen.as_str()),
            ("INBOX_URL", self.url),
            ("FORWARD_URLS", &self.targets),
            ("FORWARD_SECRET", SECRET),
            ("INBOX_SCHEDULE_SECS", &schedule),
            ("INBOX_LEASE_SECS", LEASE_SECS),
            ("WORKERS", &workers),
        ];
        Receiver::start(self.program, variables).await
    }

    async fn dead_letters(&self) -> String {
        let mut command = Command::new(self.program);
        let listing = command.args(["inbox", "list"]).env("INBOX_URL", self.url);
        let output = listing.output().await.expect("the receiver starts");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    }
}

async fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a free port");
    listener.local_addr().expect("an address")
}

/// What the senders share. Each sends a delivery until it is acknowledged, as webhook senders do.
#[derive(Clone)]
struct Sending {
    url: String,
    client: Client,
    deliveries: Arc<Deliveries>,
    begun: Arc<AtomicUsize>,
    total: usize,
    acknowledged: Arc<Mutex<Vec<String>>>,
}

impl Sending {
    fn new(address: SocketAddr, total: usize) -> Self {
        Self {
            url: format!("http://{address}{PATH}"),
            client: Client::new(),
            deliveries: Arc::new(Deliveries::new()),
            begun: Arc::default(),
            total,
            acknowledged: Arc::default(),
        }
    }

    async fn run(self) {
        while self.begun.fetch_add(1, Ordering::Relaxed) < self.total {
            let delivery = self.deliveries.genuine();
            loop {
                let request = self.client.post(&self.url);
                let request = request.headers(delivery.headers.clone());
                match request.body(delivery.body.clone()).send().await {
                    Ok(response) if response.status().is_success() => break,
                    Ok(response) => assert_eq!(
                        response.status(),
                        StatusCode::SERVICE_UNAVAILABLE,
                        "{}",
                        delivery.id
                    ),
                    Err(_) => {}
                }
                sleep(Duration::from_millis(50)).await;
            }
            let mut acknowledged = self.acknowledged.lock().expect("no sender failed");
            acknowledged.push(delivery.id);
        }
    }

    async fn until_acknowledged(&self, count: usize) {
        while self.acknowledged.lock().expect("no sender failed").len() < count {
            sleep(Duration::from_millis(5)).await;
        }
    }
}
