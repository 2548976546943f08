//! The rows read by a search for expired messages, beside many messages that were decided.

use std::sync::Arc;
use std::time::Duration;

use otp_core::message::ExpiryPosition;
use otp_core::ports::Receipts;
use otp_core::send::{Outcome, Settlement};
use otp_core::time::Timestamp;
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::Fixture;
use otp_testkit::sender::failure;

use crate::fresh;
use crate::pages::rows_read;

const DECIDED: u32 = 2_000;
const SEARCHES: i64 = 20;

/// Admits messages and decides all but the last of each hundred, which it returns the number of.
async fn fill(fixture: &Fixture, first: u32) -> usize {
    let mut pending = 0;
    for first in (first..first + DECIDED).step_by(100) {
        fixture.clock.advance(Duration::from_millis(1));
        let attempts: Vec<_> = (first..first + 100).map(|n| fixture.attempt(n)).collect();
        fixture.admit_all(attempts.clone()).await;
        let decided = attempts[..99].iter().map(|attempt| Settlement {
            message_id: attempt.message_id,
            account_id: attempt.account_id,
            outcome: Outcome::Failed(failure(131_026)),
            provider_time: None,
            at: attempt.at,
        });
        let settled = fixture.store.settle(decided.collect()).await;
        settled.expect("settle");
        pending += 1;
    }
    pending
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_reads_pending_messages_only() {
    let url = fresh::database();
    let session = fresh::session(&url).await;
    let mut fixture = Fixture::with_credits(Arc::new(fresh::store(&url).await), 10_000).await;
    let mut expected = 0;
    // The planner knows nothing of the table at first, and everything later.
    for (round, prepare) in (0..).zip(["", "ANALYZE", "VACUUM ANALYZE"]) {
        fixture.store = Arc::new(fresh::connect(&url).await);
        expected += fill(&fixture, round * DECIDED).await;
        session.batch_execute(prepare).await.expect("prepared");
        fixture.store = Arc::new(MemoryStore::default());
        let messages = rows_read(&session, "messages").await;
        let pending = fetched_in_order(&session).await;

        let store = fresh::connect(&url).await;
        for _ in 0..SEARCHES {
            let start = ExpiryPosition::before(Timestamp::from_unix_millis(0));
            let page = store.list_expired(start, Timestamp::MAX, 500).await;
            assert_eq!(page.expect("a page").len(), expected);
            let page = store.list_expired(start, Timestamp::MAX, 7).await;
            assert_eq!(page.expect("a page").len(), 7);
        }
        drop(store);
        assert_eq!(rows_read(&session, "messages").await, messages);
        // Each row that is read is returned, from the index, in its order: nothing is sorted.
        let read = fetched_in_order(&session).await - pending;
        let returned = SEARCHES * (i64::try_from(expected).expect("few") + 7);
        assert_eq!(read, returned, "{prepare}");
    }
}

/// The rows that index scans have fetched by the primary key, once the store's sessions have ended.
async fn fetched_in_order(session: &tokio_postgres::Client) -> i64 {
    rows_read(session, "pending_messages").await;
    let fetched = "SELECT idx_tup_fetch FROM pg_stat_user_indexes \
         WHERE indexrelname = 'pending_messages_pkey'";
    session
        .query_one(fetched, &[])
        .await
        .expect("statistics")
        .get(0)
}
