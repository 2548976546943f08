//! The rows read by a page and by an audit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use otp_core::message::{MessageQuery, MessageStatus};
use otp_core::page::PagePosition;
use otp_core::ports::{Clock, MAX_READ_TIME, Messages, PortError};
use otp_core::send::{Outcome, Settlement};
use otp_core::time::Timestamp;
use otp_core::usecases::audit_credits::AuditCredits;
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, recipient};
use otp_testkit::sender::failure;

use crate::fresh;

const MESSAGES: u32 = 2_000;
const PAGES: u32 = 10;
const SIZE: u32 = 20;

/// Creates messages, half of them failed: failed ones are in one index, the others in another.
async fn fill(fixture: &Fixture) {
    for first in (0..MESSAGES).step_by(100) {
        fixture.clock.advance(Duration::from_millis(1));
        let attempts: Vec<_> = (first..first + 100).map(|n| fixture.attempt(n)).collect();
        fixture.admit_all(attempts.clone()).await;
        let failed = attempts.iter().step_by(2).map(|attempt| Settlement {
            message_id: attempt.message_id,
            account_id: attempt.account_id,
            outcome: Outcome::Failed(failure(131_026)),
            provider_time: None,
            at: attempt.at,
        });
        let settled = fixture.store.settle(failed.collect()).await;
        settled.expect("settle");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_reads_few_more_rows_than_it_returns() {
    let url = fresh::database();
    let session = fresh::session(&url).await;
    let mut fixture = Fixture::with_credits(Arc::new(fresh::store(&url).await), 10_000).await;
    fill(&fixture).await;
    fixture.store = Arc::new(MemoryStore::default());
    let before = rows_read(&session, "messages").await;

    fixture.store = Arc::new(fresh::connect(&url).await);
    let mut query = MessageQuery {
        account_id: fixture.account,
        recipient: None,
        statuses: MessageStatus::ALL.to_vec(),
        since: Timestamp::from_unix_millis(0),
        before: PagePosition::END,
        limit: SIZE as usize,
        examine: SIZE as usize,
    };
    let list = async |query: &MessageQuery| {
        let page = Messages::list(&*fixture.store, query).await;
        page.expect("a page").records
    };
    for _ in 0..PAGES {
        let page = list(&query).await;
        assert_eq!(page.len(), SIZE as usize);
        query.before = PagePosition::of(&page[page.len() - 1]);
    }
    for number in 0..PAGES {
        let to_one = MessageQuery {
            recipient: Some(fixture.sealer.index(&recipient(number))),
            before: PagePosition::at(fixture.clock.now() + Duration::from_secs(1)),
            ..query.clone()
        };
        assert_eq!(list(&to_one).await.len(), 1);
    }
    drop(fixture);
    let read = rows_read(&session, "messages").await - before;
    let shown = i64::from(PAGES * (SIZE + 1));
    // A page also reads the other messages of its last millisecond.
    assert!(read <= shown + 100 * i64::from(PAGES), "{read} for {shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_reads_no_more_rows_than_it_may_look_at() {
    const TO_ONE: u32 = 120;
    let url = fresh::database();
    let session = fresh::session(&url).await;
    let mut fixture = Fixture::with_credits(Arc::new(fresh::store(&url).await), 10_000).await;
    fill(&fixture).await;
    // A failed message does not count as a send, so a recipient can have any number of them.
    for _ in 0..TO_ONE {
        let attempt = fixture.send(MESSAGES).await;
        let failed = Outcome::Failed(failure(131_026));
        fixture.settle(&attempt, failed).await;
        fixture.clock.advance(Duration::from_millis(1));
    }
    let of_account = MessageQuery {
        account_id: fixture.account,
        recipient: None,
        // Nobody has read anything.
        statuses: vec![MessageStatus::Read],
        since: Timestamp::from_unix_millis(0),
        before: PagePosition::END,
        limit: SIZE as usize,
        examine: 500,
    };
    let of_recipient = MessageQuery {
        recipient: Some(fixture.sealer.index(&recipient(MESSAGES))),
        examine: 30,
        ..of_account.clone()
    };
    for query in [of_account, of_recipient] {
        fixture.store = Arc::new(MemoryStore::default());
        let before = rows_read(&session, "messages").await;
        fixture.store = Arc::new(fresh::connect(&url).await);
        let found = Messages::list(&*fixture.store, &query).await;
        let found = found.expect("a search");
        assert!(found.records.is_empty() && found.examined_to.is_some());
        fixture.store = Arc::new(MemoryStore::default());
        let read = rows_read(&session, "messages").await - before;
        // PostgreSQL sorts the messages of a recipient in groups of at least 32.
        let most = i64::try_from(query.examine).expect("few") + 32;
        assert!(read <= most, "{read} rows were read, {query:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_takes_too_long_is_ended_by_the_database() {
    let url = fresh::database();
    let fixture = Fixture::with_credits(Arc::new(fresh::store(&url).await), 10).await;
    let session = fresh::session(&url).await;
    let lock = "BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE";
    session.batch_execute(lock).await.expect("a lock");
    let query = MessageQuery {
        account_id: fixture.account,
        recipient: None,
        statuses: MessageStatus::ALL.to_vec(),
        since: Timestamp::from_unix_millis(0),
        before: PagePosition::END,
        limit: 1,
        examine: 1,
    };
    let begun = Instant::now();
    let error = Messages::list(&*fixture.store, &query).await;
    let error = error.expect_err("the table is locked");
    assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
    // Any other statement may take 10 seconds.
    let took = begun.elapsed();
    assert!(
        MAX_READ_TIME <= took && took < 5 * MAX_READ_TIME,
        "{took:?}"
    );
    session.batch_execute("ROLLBACK").await.expect("unlocked");
    // The limit was for that transaction only, and the connection is usable.
    let found = Messages::list(&*fixture.store, &query).await;
    assert_eq!(found.expect("a search").records, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_reads_each_row_a_few_times_at_most() {
    const TABLES: [&str; 2] = ["messages", "ledger_entries"];
    let url = fresh::database();
    let session = fresh::session(&url).await;
    let fixture = Fixture::with_credits(Arc::new(fresh::store(&url).await), 10_000).await;
    fill(&fixture).await;
    drop(fixture);
    let mut before = Vec::new();
    for table in TABLES {
        before.push(rows_read(&session, table).await);
    }
    let audit = AuditCredits {
        audit: Arc::new(fresh::connect(&url).await),
    };
    assert!(audit.execute().await.expect("an audit").adds_up());
    drop(audit);
    for (table, before) in TABLES.into_iter().zip(before) {
        let read = rows_read(&session, table).await - before;
        // Each message has a debit, and every other a refund.
        let most = 4 * i64::from(MESSAGES);
        assert!(read <= most, "{read} rows of {table} were read");
    }
}

/// The rows of a table read so far. A session reports its reads when it ends.
pub(crate) async fn rows_read(session: &tokio_postgres::Client, table: &str) -> i64 {
    let others = "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    fresh::until(session, others, 0).await;
    let read = "SELECT coalesce(sum(coalesce(idx_tup_fetch, 0) + seq_tup_read), 0)::bigint \
         FROM pg_stat_user_tables WHERE relname = $1";
    session
        .query_one(read, &[&table])
        .await
        .expect("statistics")
        .get(0)
}
