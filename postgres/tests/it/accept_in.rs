//! Accepting as a part of the service's own transaction.

use tower_webhook::inbox::{Accepted, Inbox};
use tower_webhook_postgres::PgInbox;

use crate::{
    database::database_or_skip,
    inbox::{due, request},
};

#[tokio::test]
async fn a_rollback_leaves_neither() {
    let Some(pool) = database_or_skip("accepting in a transaction").await else {
        return;
    };
    let inbox = PgInbox::new(pool.clone());
    inbox.migrate().await.unwrap();
    sqlx::raw_sql("CREATE TABLE theirs (id text)")
        .execute(&pool)
        .await
        .unwrap();
    let targets = ["handler".into()];
    let request = request("msg_1");
    for commits in [false, true] {
        let mut transaction = pool.begin().await.unwrap();
        sqlx::query("INSERT INTO theirs VALUES ('msg_1')")
            .execute(&mut *transaction)
            .await
            .unwrap();
        let accepted = inbox.accept_in(&mut transaction, &request, &targets);
        assert_eq!(accepted.await.unwrap(), Accepted::Stored);
        assert!(
            inbox.claim(due(1)).await.unwrap().claimed.is_empty(),
            "uncommitted"
        );
        if commits {
            transaction.commit().await.unwrap();
        } else {
            transaction.rollback().await.unwrap();
        }
        let theirs: i64 = sqlx::query_scalar("SELECT count(*) FROM theirs")
            .fetch_one(&pool)
            .await
            .unwrap();
        let claimed = inbox.claim(due(1)).await.unwrap().claimed.len();
        assert_eq!((theirs, claimed), if commits { (1, 1) } else { (0, 0) });
    }
    let mut transaction = pool.begin().await.unwrap();
    let again = inbox.accept_in(&mut transaction, &request, &targets);
    assert_eq!(again.await.unwrap(), Accepted::Duplicate);
}
