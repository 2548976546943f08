//! Concurrent batches of several processes over the same accounts.

use std::sync::Arc;
use std::time::Duration;

use otp_core::ports::{PortError, SendLedger};
use otp_core::send::{Admission, Outcome, Settlement};
use otp_postgres::PgStore;
use otp_testkit::contract::fixture::Fixture;
use otp_testkit::sender::{accepted_outcome, failure};

use crate::fresh;

const ACCOUNTS: usize = 5;
const WORKERS: u32 = 8;
const ROUNDS: u32 = 12;

/// Admits and settles batches, each in the worker's own order of accounts.
async fn work(worker: u32, store: Arc<PgStore>, accounts: Vec<Fixture>) -> Result<(), PortError> {
    for round in 0..ROUNDS {
        let mut attempts = Vec::new();
        for (position, account) in accounts.iter().enumerate() {
            let number = (worker * ROUNDS + round) * 10 + u32::try_from(position).expect("few");
            attempts.push(account.attempt(number));
        }
        let turn = (worker + round) as usize % attempts.len();
        attempts.rotate_left(turn);
        if worker % 2 == 1 {
            attempts.reverse();
        }
        let admissions = store.admit(attempts.clone().into()).await?;
        assert_eq!(admissions, [Admission::Admitted; ACCOUNTS]);
        let settlements = attempts
            .iter()
            .zip(0_u32..)
            .map(|(attempt, position)| Settlement {
                message_id: attempt.message_id,
                account_id: attempt.account_id,
                outcome: match (worker + round + position) % 3 {
                    0 => Outcome::Failed(failure(131_026)),
                    1 => accepted_outcome(&format!("wamid.{worker}.{round}")),
                    _ => Outcome::Unknown,
                },
                provider_time: None,
                at: attempt.at + Duration::from_millis(50),
            });
        store.settle(settlements.collect()).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_of_two_processes_over_the_same_accounts_neither_deadlock_nor_lose_a_credit() {
    let url = fresh::database();
    let pools = [
        Arc::new(fresh::store(&url).await),
        Arc::new(fresh::connect(&url).await),
    ];
    let first = Fixture::with_credits(Arc::clone(&pools[0]) as Arc<_>, 10_000).await;
    let mut accounts = vec![first.clone()];
    while accounts.len() < ACCOUNTS {
        let account = first.another_account().await;
        first.grant_to(account, 10_000).await;
        accounts.push(Fixture {
            account,
            ..first.clone()
        });
    }
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| {
            let store = Arc::clone(&pools[worker as usize % 2]);
            tokio::spawn(work(worker, store, accounts.clone()))
        })
        .collect();
    for worker in workers {
        worker
            .await
            .expect("no worker panics")
            .expect("no deadlock");
    }
    let mut left = 0;
    for account in &accounts {
        account.assert_ledger_balances().await;
        left += account.balance().await;
    }
    // Every third message failed and was refunded.
    let sends = i64::from(WORKERS * ROUNDS) * i64::try_from(ACCOUNTS).expect("few");
    assert_eq!(
        10_000 * i64::try_from(ACCOUNTS).expect("few") - left,
        sends - sends / 3
    );
}

/// A statement that was prepared while its table was empty must not scan the table from then on.
#[tokio::test(flavor = "multi_thread")]
async fn the_rows_a_batch_reads_do_not_grow_with_the_tables() {
    const BATCHES: u32 = 40;
    const SIZE: u32 = 25;
    let url = fresh::database();
    let fixture = {
        let store = Arc::new(fresh::store(&url).await);
        Fixture::with_credits(store, 10_000).await
    };
    for batch in 0..BATCHES {
        let numbers = batch * SIZE..(batch + 1) * SIZE;
        let attempts: Vec<_> = numbers
            .map(|number| fixture.attempt_with_key(number, number.into()))
            .collect();
        let settlements = attempts.iter().map(|attempt| Settlement {
            message_id: attempt.message_id,
            account_id: attempt.account_id,
            outcome: Outcome::Failed(failure(131_026)),
            provider_time: None,
            at: attempt.at,
        });
        let settlements = settlements.collect();
        fixture.admit_all(attempts.clone()).await;
        fixture.store.settle(settlements).await.expect("settle");
    }
    // A session reports what it has read when it ends.
    drop(fixture);
    let session = fresh::session(&url).await;
    let others = "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    fresh::until(&session, others, 0).await;
    let read = "SELECT sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::bigint \
         FROM pg_stat_user_tables WHERE relname IN ('messages', 'opt_outs', 'ledger_entries')";
    let read: i64 = session
        .query_one(read, &[])
        .await
        .expect("statistics")
        .get(0);
    let messages = i64::from(BATCHES * SIZE);
    // Settling reads each message three times: to lock it, to find its payer and to update it.
    assert!(
        (messages..=messages * 5).contains(&read),
        "{read} rows read for {messages} messages"
    );
}

/// A planner that knows nothing of a table uses any index that fits. One index fits the sends to a
/// recipient; without it the planner must not fall back to the index of all messages of the account.
#[tokio::test(flavor = "multi_thread")]
async fn the_sends_to_a_recipient_are_looked_up_by_one_index_or_by_none() {
    let url = fresh::database();
    drop(fresh::store(&url).await);
    let session = fresh::session(&url).await;
    let prepare = "SET enable_seqscan = off; SET enable_bitmapscan = off; \
         SET plan_cache_mode = force_generic_plan; \
         PREPARE sends (uuid, bytea, timestamptz) AS SELECT created_at FROM messages \
         WHERE account_id = $1 AND recipient_index = $2 AND created_at >= $3 AND failed_at IS NULL";
    session.batch_execute(prepare).await.expect("prepared");
    let plan = async || {
        let explain = "EXPLAIN EXECUTE sends \
             ('00000000-0000-0000-0000-000000000000', '\\x00', '2026-01-01Z')";
        let rows = session.query(explain, &[]).await.expect("a plan");
        let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        lines.join("\n")
    };
    let with = plan().await;
    assert!(with.contains("messages_by_recipient"), "{with}");
    let drop_it = "DROP INDEX messages_by_recipient";
    session.batch_execute(drop_it).await.expect("dropped");
    let without = plan().await;
    assert!(without.contains("Seq Scan"), "{without}");
}

/// An acceptance changes no indexed column, and the page has room for the changed row.
#[tokio::test(flavor = "multi_thread")]
async fn a_settlement_touches_no_index_of_messages() {
    const BATCHES: u32 = 20;
    const SIZE: u32 = 30;
    let url = fresh::database();
    let fixture = Fixture::with_credits(Arc::new(fresh::store(&url).await), 10_000).await;
    for batch in 0..BATCHES {
        let numbers = batch * SIZE..(batch + 1) * SIZE;
        let attempts: Vec<_> = numbers.map(|number| fixture.attempt(number)).collect();
        fixture.admit_all(attempts.clone()).await;
        let accepted = attempts.iter().map(|attempt| Settlement {
            message_id: attempt.message_id,
            account_id: attempt.account_id,
            outcome: accepted_outcome(&format!("wamid.{}", attempt.message_id)),
            provider_time: None,
            at: attempt.at,
        });
        let settled = fixture.store.settle(accepted.collect()).await;
        settled.expect("settle");
    }
    // A session reports what it has done when it ends.
    drop(fixture);
    let session = fresh::session(&url).await;
    let others = "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    fresh::until(&session, others, 0).await;
    let changed = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables \
         WHERE relname = 'messages'";
    let row = session.query_one(changed, &[]).await.expect("statistics");
    let (all, without_index): (i64, i64) = (row.get(0), row.get(1));
    assert_eq!(all, i64::from(BATCHES * SIZE));
    assert!(without_index * 10 >= all * 9, "{without_index} of {all}");
}
