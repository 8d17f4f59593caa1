//! Requests that were given up while the database was silent.

use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tower_webhook::inbox::{Accepted, Inbox, InboxErrorKind, StoredRequest};
use tower_webhook_postgres::PgInbox;

use crate::{
    database::database_or_skip,
    inbox::{accept, request},
};

/// A proxy in front of a database, which hands nothing back while it is silent. Its port.
async fn proxy(database: (String, u16), silent: watch::Receiver<bool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let server = TcpStream::connect(database.clone()).await.unwrap();
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
            let mut silent = silent.clone();
            tokio::spawn(async move {
                let mut bytes = [0; 16 * 1024];
                while let Ok(len @ 1..) = from_server.read(&mut bytes).await {
                    silent.wait_for(|silent| !silent).await.unwrap();
                    to_client.write_all(&bytes[..len]).await.unwrap();
                }
            });
        }
    });
    port
}

/// What comes next over the same connection is committed, and not a part of what was given up.
#[tokio::test]
async fn a_transaction_that_is_given_up_while_it_begins_takes_no_later_request_with_it() {
    let Some(direct) = database_or_skip("a transaction that is given up").await else {
        return;
    };
    PgInbox::new(direct.clone()).migrate().await.unwrap();
    let (be_silent, silent) = watch::channel(false);
    let options = direct.connect_options().as_ref().clone();
    let port = proxy((options.get_host().to_owned(), options.get_port()), silent).await;
    let one = PgPoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false);
    let pool = one.connect_with(options.port(port)).await.unwrap();
    let inbox = PgInbox::new(pool).timeout(Duration::from_millis(300));
    for (round, in_order) in [(0, false), (1, true)] {
        let given_up = |id: &str| StoredRequest {
            order_key: in_order.then(|| "a key".to_owned()),
            ..request(&format!("{id}_{round}"))
        };
        be_silent.send_replace(true);
        let targets = ["handler".into()];
        let (first, second) = tokio::join!(
            inbox.accept(given_up("first"), &targets),
            inbox.accept(given_up("second"), &targets),
        );
        for given_up in [first, second] {
            assert_eq!(given_up.unwrap_err().kind(), InboxErrorKind::TimedOut);
        }
        be_silent.send_replace(false);
        let patient = inbox.clone().timeout(Duration::from_secs(30));
        let later = format!("later_{round}");
        assert_eq!(accept(&patient, request(&later)).await, Accepted::Stored);
        let is_there = "SELECT count(*) FROM webhook_message WHERE message_id = $1";
        let committed: i64 = sqlx::query_scalar(is_there)
            .bind(&later)
            .fetch_one(&direct)
            .await
            .unwrap();
        assert_eq!(committed, 1, "{later}");
    }
}
