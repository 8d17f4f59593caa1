//! Whom `Forward` trusts: the authorities of the machine, for the host that the URL names.
//!
//! In `tls/`: the certificate of an authority whose key nobody has any more, and of `localhost`, signed by it, until 2126.

use std::{
    env,
    net::SocketAddr,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use http::StatusCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};
use tower_webhook::dispatch::Forward;

use super::forward::{TARGET_SECRET, send};
use crate::support::BODY;

const AUTHORITY: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/it/dispatch/tls/authority.pem"
);

/// A target with the certificate of `localhost`, and how many requests it was sent.
async fn target() -> (SocketAddr, Arc<AtomicUsize>) {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/localhost.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/localhost.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // Who does not trust it ends the handshake.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = [0; 16 * 1024];
            if stream.read(&mut request).await.is_ok_and(|len| len > 0) {
                counted.fetch_add(1, Ordering::Relaxed);
                let response = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                stream.write_all(response).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        }
    });
    (address, requests)
}

/// The status, and how many requests the target was sent.
async fn forwarded_to(host: &str) -> (StatusCode, usize) {
    let (address, requests) = target().await;
    let url = format!("https://{host}:{}/hooks", address.port());
    let forward: Forward<Bytes> = Forward::builder(url, TARGET_SECRET).build().unwrap();
    let response = send(&forward, BODY).await;
    (response.status(), requests.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_target_whose_authority_the_machine_does_not_know_is_sent_nothing() {
    assert_eq!(
        forwarded_to("localhost").await,
        (StatusCode::BAD_GATEWAY, 0)
    );
}

/// The authorities are those of the process: it is run again by itself, with this one.
#[tokio::test]
async fn a_target_is_trusted_by_an_authority_of_the_machine_and_for_its_host_only() {
    if env::var_os("SSL_CERT_FILE").is_some_and(|file| file == AUTHORITY) {
        assert_eq!(forwarded_to("localhost").await, (StatusCode::NO_CONTENT, 1));
        assert_eq!(
            forwarded_to("127.0.0.1").await,
            (StatusCode::BAD_GATEWAY, 0)
        );
        return;
    }
    let name = "dispatch::forward_tls::a_target_is_trusted_by_an_authority_of_the_machine_and_for_its_host_only";
    let again = Command::new(env::current_exe().unwrap())
        .args(["--exact", name])
        .env("SSL_CERT_FILE", AUTHORITY)
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&again.stdout);
    assert!(
        again.status.success() && printed.contains("1 passed"),
        "{printed}"
    );
}
