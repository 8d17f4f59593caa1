//! A process that receives and works is killed at random moments: what it acknowledged reaches every target.

use std::{
    collections::{BTreeSet, HashMap},
    convert::Infallible,
    env,
    fs::OpenOptions,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use axum::{Router, routing::post_service};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokio::task::JoinSet;
use tower::{Layer, service_fn, util::BoxCloneService};
use tower_webhook::{
    Delivery, Receiver, Timestamp, WebhookLayer,
    inbox::{Attempt, Enqueue, Inbox, Schedule, SqliteInbox, Target, Worker},
};

use super::support::Directory;
use crate::support::{SECRET, signer};

const DELIVERIES: usize = 300;
const KILLS: usize = 5;
const CONCURRENCY: usize = 4;
const DIRECTORY: &str = "TOWER_WEBHOOK_KILLED_DIRECTORY";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_reaches_every_target_over_kills() {
    let directory = Directory::new();
    let mut process = Process::start(directory.path());
    let mut acknowledged = BTreeSet::new();
    let client = reqwest::Client::new();
    let started = Instant::now();
    for kill in 0..KILLS {
        let part = DELIVERIES / KILLS;
        let mut sending = JoinSet::new();
        for number in kill * part..(kill + 1) * part {
            let (client, url) = (client.clone(), process.url.clone());
            sending.spawn(async move { send(&client, &url, format!("msg_{number}")).await });
        }
        // In the middle of it, never at the same place.
        tokio::time::sleep(Duration::from_millis(30 + u64::from(fastrand::u8(..) / 4))).await;
        process.kill();
        let sent = sending.join_all().await;
        let unsent = sent.iter().filter_map(|sent| sent.as_ref().err().cloned());
        let unsent: Vec<_> = unsent.collect();
        acknowledged.extend(sent.into_iter().flatten());
        process = Process::start(directory.path());
        // The sender's retries.
        for id in unsent {
            acknowledged.insert(send(&client, &process.url, id).await.unwrap());
        }
    }
    assert_eq!(acknowledged.len(), DELIVERIES);
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    while inbox
        .stats()
        .await
        .unwrap()
        .iter()
        .any(|target| target.waiting > 0)
    {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "not handled in time"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    process.kill();
    assert_eq!(inbox.dead_letters(None, 10).await.unwrap(), []);
    for target in ["steady", "fails"] {
        let successes = successes(directory.path(), target);
        let reached: BTreeSet<_> = successes.keys().cloned().collect();
        assert_eq!(reached, acknowledged, "{target}");
        let twice = successes.values().filter(|times| **times > 1).count();
        assert!(
            twice <= KILLS * CONCURRENCY,
            "{twice} more than were in flight"
        );
    }
}

/// Returns the id: acknowledged, or not.
async fn send(client: &reqwest::Client, url: &str, id: String) -> Result<String, String> {
    let now = Timestamp::from(std::time::SystemTime::now());
    let (parts, _) = signer().request(&id, now, "{}").into_parts();
    let request = client.post(url).headers(parts.headers).body("{}");
    match request.send().await {
        Ok(response) if response.status().is_success() => Ok(id),
        _ => Err(id),
    }
}

/// How often each delivery succeeded at a target. A line that a kill cut off counts: its attempt was in flight.
fn successes(directory: &Path, target: &str) -> HashMap<String, usize> {
    let file = std::fs::File::open(directory.join(target)).unwrap();
    let mut successes = HashMap::new();
    for line in BufReader::new(file).lines() {
        *successes.entry(line.unwrap()).or_default() += 1;
    }
    successes
}

/// The process that receives and works.
struct Process {
    child: Child,
    url: String,
}

impl Process {
    fn start(directory: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "inbox::killed::receives_and_works",
                "--ignored",
                "--nocapture",
            ])
            .env(DIRECTORY, directory)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut urls = lines.map_while(Result::ok).filter_map(|line| {
            let (_, url) = line.split_once("listening on ")?;
            Some(url.to_owned())
        });
        let url = urls.next().expect("it listens");
        Self { child, url }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// No test: what [`Process`] runs.
#[tokio::test]
#[ignore = "a process of another test"]
async fn receives_and_works() {
    let Some(directory) = env::var_os(DIRECTORY).map(PathBuf::from) else {
        return;
    };
    let receiver = Receiver::builder([SECRET]).build().unwrap();
    let inbox = SqliteInbox::open(directory.join("inbox.db")).unwrap();
    let enqueue = Enqueue::new(inbox.clone(), &receiver).targets(["steady", "fails"]);
    let accept = WebhookLayer::<Bytes>::new(receiver.clone()).layer(enqueue);
    let worker = Worker::new(inbox, receiver, target(&directory, "steady", 0))
        .target(target(&directory, "fails", 3))
        .concurrency(CONCURRENCY)
        .lease(Duration::from_millis(500))
        .schedule(Schedule::new([Duration::from_millis(10); 5]));
    tokio::spawn(worker.run(std::future::pending()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    println!("\nlistening on http://{address}/");
    let router = Router::new().route("/", post_service(accept));
    axum::serve(listener, router).await.unwrap();
}

/// Notes each success in a file, after so many failures of each delivery.
fn target(directory: &Path, name: &'static str, failures: u32) -> Target {
    let path = directory.join(name);
    let service = service_fn(move |request: Request<Full<Bytes>>| {
        let delivery: &Delivery<Bytes> = request.extensions().get().unwrap();
        let attempt: &Attempt = request.extensions().get().unwrap();
        let status = if attempt.number() <= failures {
            500
        } else {
            let mut file = OpenOptions::new()
                .create(true)
                .append(true)
                .open(&path)
                .unwrap();
            file.write_all(format!("{}\n", delivery.id()).as_bytes())
                .unwrap();
            200
        };
        let response = Response::builder().status(status).body(()).unwrap();
        async { Ok::<_, Infallible>(response) }
    });
    Target::new(name, BoxCloneService::new(service))
}
