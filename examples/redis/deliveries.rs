//! What is sent.

use std::{
    collections::BTreeMap,
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::SystemTime,
};

use bytes::Bytes;
use reqwest::Client;
use tokio::task::JoinSet;
use tower_webhook::{Timestamp, testing::Signer};

/// The secret that sender and receivers share.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// How many deliveries are under way at a time.
const CONCURRENCY: usize = 32;
const BODY: Bytes = Bytes::from_static(b"{}");

/// Sends each message so many times, at once and in a mixed order, to one receiver and another; counts the statuses.
pub(crate) async fn send_all(
    urls: &[String],
    messages: usize,
    deliveries_each: usize,
) -> Result<BTreeMap<u16, usize>, Box<dyn Error>> {
    let client = Client::builder().no_proxy().build()?;
    let order = Arc::new(mixed(messages, deliveries_each)?);
    let urls: Arc<[String]> = urls.into();
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..CONCURRENCY {
        let (client, order) = (client.clone(), Arc::clone(&order));
        let (urls, next) = (Arc::clone(&urls), Arc::clone(&next));
        let signer = Signer::new(SECRET)?;
        tasks.spawn(async move {
            let mut statuses = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(message) = order.get(number) else {
                    return Ok::<_, reqwest::Error>(statuses);
                };
                let now = Timestamp::from(SystemTime::now());
                let signed = signer.request(&format!("msg_{message}"), now, BODY);
                let response = client
                    .post(&urls[number % urls.len()])
                    .headers(signed.headers().clone())
                    .body(BODY)
                    .send()
                    .await?;
                statuses.push(response.status().as_u16());
            }
        });
    }
    let mut counts = BTreeMap::new();
    while let Some(statuses) = tasks.join_next().await {
        for status in statuses?? {
            *counts.entry(status).or_default() += 1;
        }
    }
    Ok(counts)
}

/// The numbers of the messages, each so many times. Those of one message are often neighbours, so that they meet.
fn mixed(messages: usize, deliveries_each: usize) -> Result<Vec<usize>, Box<dyn Error>> {
    let mut order: Vec<usize> = (0..messages)
        .flat_map(|message| std::iter::repeat_n(message, deliveries_each))
        .collect();
    // Fisher and Yates, within a window.
    for index in 0..order.len() {
        let mut random = [0; 2];
        getrandom::fill(&mut random).map_err(|error| format!("no randomness: {error}"))?;
        let window = (order.len() - index).min(64);
        let other = index + usize::from(u16::from_le_bytes(random)) % window;
        order.swap(index, other);
    }
    Ok(order)
}
