//! The HTTP client.

use std::time::Duration;

use reqwest::{Client, Url, redirect::Policy};

use crate::failure::Failure;

/// Svix waits this long for a response.
const TIMEOUT: Duration = Duration::from_secs(15);

/// A client that sends as a sender does. A proxy of the environment has no way to this machine.
pub(crate) fn for_url(url: &Url) -> Result<Client, Failure> {
    // Senders do not follow redirects: they count as failures.
    let client = Client::builder().redirect(Policy::none()).timeout(TIMEOUT);
    let host = url.host_str().unwrap_or_default();
    let is_local = host == "localhost" || host == "[::1]" || host.starts_with("127.");
    let client = if is_local { client.no_proxy() } else { client };
    Ok(client.build()?)
}
