//! Each message handled once by two processes that share a Redis: `cargo run --release --example redis`.
//!
//! Starts two receivers as processes of their own, sends them 1,000 messages 8 times each, at once and in a mixed order,
//! and counts how often a handler ran. Exits with a failure unless it is 1,000 times, once for each message.
//!
//! `REDIS_URL` names the Redis; without it a `redis-server` is started on a free port.

mod deliveries;
mod receiver;
mod server;

use std::{
    collections::{BTreeMap, HashMap},
    env,
    error::Error,
    process::ExitCode,
};

use receiver::Receivers;

/// How many messages there are, and how often each is delivered.
const MESSAGES: usize = 1000;
const DELIVERIES_EACH: usize = 8;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    if let [_, role, url] = &*env::args().collect::<Vec<_>>()
        && role == receiver::ROLE
    {
        receiver::serve(url).await?;
        return Ok(ExitCode::SUCCESS);
    }

    let (url, server) = server::redis()?;
    let receivers = Receivers::start(&url, 2).await?;
    let statuses = deliveries::send_all(&receivers.urls, MESSAGES, DELIVERIES_EACH).await?;
    let handled = receivers.stop().await?;
    drop(server);

    let ok = print_summary(&statuses, &handled);
    Ok(if ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print_summary(statuses: &BTreeMap<u16, usize>, handled: &[String]) -> bool {
    println!("{} deliveries were answered", MESSAGES * DELIVERIES_EACH);
    for (status, count) in statuses {
        println!("  {status}: {count}");
    }
    let mut runs: HashMap<&str, usize> = HashMap::new();
    for id in handled {
        *runs.entry(id).or_default() += 1;
    }
    let twice = runs.values().filter(|&&count| count > 1).count();
    println!("{} handler runs of {} messages", handled.len(), runs.len());
    println!("{twice} messages were handled more than once");
    // 409: another delivery is at it, so the sender is to come back.
    let known = statuses.keys().all(|status| matches!(status, 200 | 409));
    known && twice == 0 && runs.len() == MESSAGES && handled.len() == MESSAGES
}
