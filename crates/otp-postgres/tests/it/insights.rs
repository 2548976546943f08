//! The rows that insights read, and the time they may take.

use std::sync::Arc;
use std::time::{Duration, Instant};

use otp_core::insights::InsightsQuery;
use otp_core::ports::{MAX_READ_TIME, PortError};
use otp_core::send::Settlement;
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, START};
use otp_testkit::sender::accepted_outcome;

use crate::fresh;
use crate::pages::rows_read;

const MESSAGES: u32 = 2_000;
const AT_A_TIME: u32 = 100;

/// Sends messages, a hundred in each millisecond.
async fn fill(fixture: &Fixture) {
    for first in (0..MESSAGES).step_by(AT_A_TIME as usize) {
        let numbers = first..first + AT_A_TIME;
        let attempts: Vec<_> = numbers.map(|n| fixture.attempt(n)).collect();
        fixture.admit_all(attempts.clone()).await;
        let accepted = attempts.iter().map(|attempt| Settlement {
            message_id: attempt.message_id,
            account_id: attempt.account_id,
            outcome: accepted_outcome("wamid.A"),
            provider_time: None,
            at: attempt.at,
        });
        let settled = fixture.store.settle(accepted.collect()).await;
        settled.expect("settle");
        fixture.clock.advance(Duration::from_millis(1));
    }
}

fn query(fixture: &Fixture, millis: u64, most: usize) -> InsightsQuery {
    InsightsQuery {
        account_id: fixture.account,
        from: START,
        until: START + Duration::from_millis(millis),
        most,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn insights_read_the_messages_of_their_period_and_few_if_they_are_too_many() {
    const TABLES: [&str; 2] = ["messages", "message_events"];
    let url = fresh::database();
    let session = fresh::session(&url).await;
    let mut fixture = Fixture::with_credits(Arc::new(fresh::store(&url).await), 10_000).await;
    fill(&fixture).await;
    // The period has 500 messages with an event each. Each message is read twice: to count it, and to
    // return it.
    for (most, messages, events) in [(499, 500, 0), (500, 1_000, 500)] {
        let query = query(&fixture, 5, most);
        let mut before = Vec::new();
        for table in TABLES {
            fixture.store = Arc::new(MemoryStore::default());
            before.push(rows_read(&session, table).await);
        }
        fixture.store = Arc::new(fresh::connect(&url).await);
        let found = fixture.store.funnel_facts(&query).await.expect("found");
        let found = found.map(|facts| facts.messages.len());
        assert_eq!(found, (events > 0).then_some(500));
        fixture.store = Arc::new(MemoryStore::default());
        for ((table, before), expected) in TABLES.into_iter().zip(before).zip([messages, events]) {
            let read = rows_read(&session, table).await - before;
            assert!(read <= expected, "{read} rows of {table}, {most}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn insights_that_take_too_long_are_ended_by_the_database() {
    let url = fresh::database();
    let fixture = Fixture::with_credits(Arc::new(fresh::store(&url).await), 10).await;
    let session = fresh::session(&url).await;
    let lock = "BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE";
    session.batch_execute(lock).await.expect("a lock");
    let begun = Instant::now();
    let error = fixture.store.funnel_facts(&query(&fixture, 5, 500)).await;
    let error = error.expect_err("the table is locked");
    assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
    let took = begun.elapsed();
    assert!(
        MAX_READ_TIME <= took && took < 5 * MAX_READ_TIME,
        "{took:?}"
    );
}
