//! The HTTP client: HTTP/1.1 over TCP or TLS, connections reused, redirects not followed.

use std::{pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Uri, uri::Scheme};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};

use crate::error::config_error::{ConfigError, ConfigErrorKind};

/// Shorter than the servers' own, so that a connection is not closed while it is used again.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// Most of a response's body that is read, so that its connection can be used again. Nothing is done with it.
const MAX_DRAINED_BYTES: usize = 64 * 1024;
/// Longest that is waited for it.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

pub(super) type Client = legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A client for one target. The certificates of the system are read only where TLS needs them.
pub(super) fn build(target: &Uri) -> Result<Client, ConfigError> {
    let connector = HttpsConnectorBuilder::new();
    let connector = if target.scheme() == Some(&Scheme::HTTPS) {
        connector
            .with_provider_and_native_roots(ring::default_provider())
            .map_err(|error| {
                ConfigError::new(ConfigErrorKind::NoRootCertificates).about(error.to_string())
            })?
            .https_only()
    } else {
        connector.with_tls_config(without_roots()?).https_or_http()
    };
    Ok(legacy::Client::builder(TokioExecutor::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_timer(TokioTimer::new())
        .build(connector.enable_http1().build()))
}

/// Reads the rest of a response as far as it costs little. What it says is of no interest: the status has decided.
pub(super) async fn drain<B: Body<Data = Bytes>>(body: B) {
    let mut body = pin!(body);
    let reading = async {
        let mut read = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > MAX_DRAINED_BYTES {
                break;
            }
        }
    };
    // Late or not, the response is known.
    let _ = tokio::time::timeout(DRAIN_TIMEOUT, reading).await;
}

/// TLS that trusts nobody, for a connector that never speaks it.
fn without_roots() -> Result<ClientConfig, ConfigError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| {
            ConfigError::new(ConfigErrorKind::NoRootCertificates).about(error.to_string())
        })?;
    Ok(config
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}
