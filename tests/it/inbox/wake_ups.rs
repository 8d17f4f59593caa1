//! What wakes the workers of a process.

use std::{
    pin::pin,
    task::{Context, Waker},
};

use rusqlite::Connection;
use tower_webhook::inbox::{Inbox, SqliteInbox, WakeUp, WakeUps};

use super::support::{Directory, store};

#[tokio::test]
async fn a_redriven_message_wakes_the_worker_and_one_that_is_not_there_does_not() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["handler"], &["msg_1"]).await;
    Connection::open(directory.file())
        .unwrap()
        .execute_batch("UPDATE webhook_task SET state = 'dead', due_at = NULL, settled_at = 1")
        .unwrap();
    let mut wake_ups = inbox.wake_ups();
    assert_eq!(inbox.redrive("msg_2").await.unwrap(), 0);
    assert!(pin!(wake_ups.next()).poll(&mut context()).is_pending());
    assert_eq!(inbox.redrive("msg_1").await.unwrap(), 1);
    assert!(pin!(wake_ups.next()).poll(&mut context()).is_ready());
}

fn context() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

#[test]
fn a_listener_is_woken_once_for_several_wake_ups_and_never_when_nobody_can_wake_it() {
    let wake_up = WakeUp::new();
    let mut listener = wake_up.listen();
    let mut is_woken = || pin!(listener.next()).poll(&mut context()).is_ready();
    assert!(!is_woken());
    wake_up.wake();
    wake_up.clone().wake();
    assert!(is_woken());
    assert!(!is_woken());
    drop(wake_up);
    assert!(!is_woken());
    assert!(
        pin!(WakeUps::never().next())
            .poll(&mut context())
            .is_pending()
    );
}
