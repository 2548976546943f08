//! Verifications: the statements and rows of checks, and checks in two processes.

use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::VerificationId;
use otp_core::ports::{
    Clock, PortError, SendLedger, VerificationKey, VerificationLedger, Verifications,
};
use otp_core::send::{Admission, SendAttempt};
use otp_core::verification::check::{CheckAttempt, CheckVerdict};
use otp_core::verification::{
    CheckKey, TransactionHash, VerificationOver, VerificationPart, VerificationQuery,
    VerificationStatus,
};
use otp_postgres::{PgOptions, PgStore};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, recipient};
use otp_testkit::contract::verifications::{CODE, create, everything, guess, new_of};

use crate::fresh;
use crate::pages::rows_read;
use crate::statements::watched;

/// Begins a verification for each of these recipients, in one batch.
async fn begin(fixture: &Fixture, recipients: std::ops::Range<u32>) -> Vec<VerificationId> {
    let attempts: Vec<_> = recipients.map(|number| create(fixture, number)).collect();
    let ids = attempts.iter().map(|attempt| new_of(attempt).id).collect();
    admit(fixture, attempts).await;
    ids
}

async fn admit(fixture: &Fixture, attempts: Vec<SendAttempt>) {
    let admissions = fixture.admit_all(attempts).await;
    let admitted = |one: &Admission| matches!(one, Admission::AdmittedCode { .. });
    assert!(admissions.iter().all(admitted), "{admissions:?}");
}

async fn check(store: &PgStore, checks: Vec<CheckAttempt>) -> Vec<CheckVerdict> {
    store.check_codes(checks.into()).await.expect("judged")
}

#[tokio::test(flavor = "multi_thread")]
async fn verifications_take_the_same_number_of_statements_whatever_their_number() {
    watched(|watch| async move {
        let store = Arc::new(fresh::store(&fresh::database()).await);
        let fixture = Fixture::with_credits(store.clone(), 10_000).await;
        for (number, size) in [(0, 1), (1_000, 50), (2_000, 300)] {
            let mut ids = Vec::new();
            let creating = async { ids = begin(&fixture, number..number + size).await };
            // BEGIN, lock, the end of the lock's limit, five loads, four writes, COMMIT.
            assert_eq!(watch.count(creating).await, 13, "{size} created");

            fixture.clock.advance(Duration::from_secs(30));
            let resend = |(number, id): (u32, &VerificationId)| SendAttempt {
                verification: Some(VerificationPart::Resend(*id)),
                ..fixture.attempt(number)
            };
            let resends = (number..).zip(&ids).map(resend).collect();
            // One more load, and changed verifications in the place of new ones.
            let resending = admit(&fixture, resends);
            assert_eq!(watch.count(resending).await, 14, "{size} sent again");

            let finding = async {
                let listed = store.list_verifications(&everything(&fixture)).await;
                assert!(!listed.expect("listed").records.is_empty());
            };
            // BEGIN, the newest, their rows, messages, checks, failures and sends, COMMIT.
            assert_eq!(watch.count(finding).await, 8, "{size} created");
        }
        let one = begin(&fixture, 9_000..9_001).await[0];
        let finding = async {
            let key = VerificationKey::Id(one);
            let found = store.find_verification(fixture.account, key, fixture.clock.now());
            assert!(found.await.expect("looked up").is_some());
        };
        assert_eq!(watch.count(finding).await, 7);
    })
    .await;
}

/// The time of an answer must tell little about its reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_takes_the_same_statements_whatever_its_verdict() {
    watched(|watch| async move {
        let store = Arc::new(fresh::store(&fresh::database()).await);
        let fixture = Fixture::with_credits(store.clone(), 10_000).await;
        let ids = begin(&fixture, 0..60).await;
        let others = begin(&fixture, 100..101).await[0];
        let right = guess(&fixture, ids[0], CODE);
        let wrong = guess(&fixture, ids[1], "000000");
        let keyed = CheckAttempt {
            key: Some(CheckKey([1; 32])),
            ..guess(&fixture, ids[2], "000000")
        };
        let foreign = CheckAttempt {
            account_id: fixture.another_account().await,
            ..guess(&fixture, others, CODE)
        };
        let mismatch = CheckAttempt {
            transaction: Some(TransactionHash([1; 32])),
            ..guess(&fixture, ids[3], CODE)
        };
        let late = CheckAttempt {
            at: fixture.clock.now() + Duration::from_secs(300),
            ..guess(&fixture, ids[4], CODE)
        };
        let many = ids[10..]
            .iter()
            .map(|id| guess(&fixture, *id, CODE))
            .collect();
        for checks in [
            vec![right.clone()],
            vec![right],
            vec![wrong],
            vec![keyed.clone()],
            vec![keyed],
            vec![foreign],
            vec![mismatch],
            vec![late],
            many,
        ] {
            let what = format!("{} checks from {:?}", checks.len(), checks[0]);
            let checking = async {
                check(&store, checks).await;
            };
            // BEGIN, lock, the end of the lock's limit, three loads, two writes, COMMIT.
            assert_eq!(watch.count(checking).await, 9, "{what}");
        }
        let nothing = async {
            assert_eq!(check(&store, Vec::new()).await, []);
        };
        assert_eq!(watch.count(nothing).await, 0);
    })
    .await;
}

/// A statement that was prepared while its table was empty must not scan the table from then on.
#[tokio::test(flavor = "multi_thread")]
async fn the_rows_read_and_the_indexes_touched_do_not_grow_with_the_tables() {
    const BATCHES: u32 = 24;
    const SIZE: u32 = 25;
    let url = fresh::database();
    let store = Arc::new(fresh::store(&url).await);
    let mut fixture = Fixture::with_credits(store.clone(), 10_000).await;
    for batch in 0..BATCHES {
        let ids = begin(&fixture, batch * SIZE..(batch + 1) * SIZE).await;
        let guesses = |text| ids.iter().map(|id| guess(&fixture, *id, text)).collect();
        check(&store, guesses("000000")).await;
        check(&store, guesses(CODE)).await;
        // Nothing is due, however many have ended.
        let due = store.expire_verifications(fixture.clock.now(), 500).await;
        assert_eq!(due.expect("expired"), 0);
        fixture.clock.advance(Duration::from_millis(1));
        for recipient_only in [false, true] {
            let number = recipient(batch * SIZE);
            let page = VerificationQuery {
                recipient: recipient_only.then(|| fixture.sealer.index(&number)),
                limit: 5,
                examine: 5,
                ..everything(&fixture)
            };
            let found = store.list_verifications(&page).await.expect("listed");
            let expected = if recipient_only { 1 } else { 5 };
            assert_eq!(found.records.len(), expected);
        }
    }
    fixture.store = Arc::new(MemoryStore::default());
    drop(store);
    let session = fresh::session(&url).await;
    let all = i64::from(BATCHES * SIZE);
    // A check reads its verification to judge it, to find its recipient's failures, and to write it; the
    // second one to end it as well.
    for (table, each) in [
        ("verifications", 9),
        ("verification_checks", 4),
        ("pending_verifications", 3),
        ("messages", 3),
    ] {
        let read = rows_read(&session, table).await;
        assert!(
            read <= all * each,
            "{read} rows of {table} were read for {all}"
        );
    }
    let changed = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables \
         WHERE relname = 'verifications'";
    let row = session.query_one(changed, &[]).await.expect("statistics");
    let (updates, without_index): (i64, i64) = (row.get(0), row.get(1));
    assert_eq!(updates, 2 * all);
    // Each verification is updated twice. An index on what only one of them changes would cost half of
    // them. Some are lost anyway: while a vacuum looks at the table, its pages are not tidied.
    assert!(
        without_index * 3 >= updates * 2,
        "{without_index} of {updates}"
    );
}

/// The table of what is pending is analysed while it is empty, and then fills.
#[tokio::test(flavor = "multi_thread")]
async fn the_rows_read_do_not_grow_with_what_is_pending() {
    const BATCHES: u32 = 20;
    const SIZE: u32 = 25;
    let url = fresh::database();
    let store = Arc::new(fresh::store(&url).await);
    let mut fixture = Fixture::with_credits(store.clone(), 10_000).await;
    let first = begin(&fixture, 0..SIZE).await;
    let guesses =
        |ids: &[VerificationId]| ids.iter().map(|id| guess(&fixture, *id, CODE)).collect();
    check(&store, guesses(&first)).await;
    let session = fresh::session(&url).await;
    let analysed = session
        .batch_execute("VACUUM ANALYZE pending_verifications")
        .await;
    analysed.expect("analysed");
    let mut batches = Vec::new();
    for batch in 1..=BATCHES {
        batches.push(begin(&fixture, batch * SIZE..(batch + 1) * SIZE).await);
    }
    for ids in &batches {
        check(&store, guesses(ids)).await;
    }
    fixture.store = Arc::new(MemoryStore::default());
    drop(store);
    let read = rows_read(&session, "pending_verifications").await;
    let all = i64::from((1 + BATCHES) * SIZE);
    assert!(read <= all * 3, "{read} rows were read for {all}");
}

/// A planner that knows nothing of a table uses any index that fits: only the right one must.
#[tokio::test(flavor = "multi_thread")]
async fn sends_do_not_use_the_index_of_verifications() {
    let url = fresh::database();
    drop(fresh::store(&url).await);
    let session = fresh::session(&url).await;
    let plan = async |statement: &str| {
        let prepare = format!(
            "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off; \
             SET plan_cache_mode = force_generic_plan; PREPARE asked AS {statement}"
        );
        session.batch_execute(&prepare).await.expect("prepared");
        let nobody = "00000000-0000-0000-0000-000000000000";
        let arguments = match statement.matches('$').count() {
            1 => format!("('{nobody}')"),
            2 => format!("('{nobody}', '\\x00')"),
            _ => format!("('{nobody}', '\\x00', '2026-01-01Z')"),
        };
        let explain = format!("EXPLAIN EXECUTE asked {arguments}");
        let rows = session.query(&explain, &[]).await.expect("a plan");
        session
            .batch_execute("DEALLOCATE asked")
            .await
            .expect("forgotten");
        let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        lines.join("\n")
    };
    for (statement, index) in [
        (
            "SELECT created_at FROM messages WHERE account_id = $1 AND recipient_index = $2 \
             AND created_at >= $3 AND failed_at IS NULL",
            "messages_by_recipient",
        ),
        (
            "SELECT id FROM messages WHERE verification_id = $1 ORDER BY created_at, id",
            "messages_by_verification",
        ),
        (
            "SELECT id FROM verifications WHERE account_id = $1 AND recipient_index = $2 \
             AND created_at >= $3 ORDER BY created_at DESC, id DESC",
            "verifications_by_recipient",
        ),
        (
            "SELECT verification_id FROM pending_verifications \
             WHERE account_id = $1 AND recipient_index = $2",
            "pending_verifications_by_recipient",
        ),
    ] {
        let found = plan(statement).await;
        assert!(found.contains(&format!("{index} on")), "{found}");
    }
}

/// Two stores on one database, as two processes have them, with patience for a thousand callers.
async fn two_processes() -> [Arc<PgStore>; 2] {
    let url = fresh::database();
    drop(fresh::store(&url).await);
    let mut options = PgOptions::from_url(&url).expect("a URL");
    options.row_lock_timeout = options.statement_timeout;
    options.acquire_timeout = Duration::from_secs(120);
    let connect = async || Arc::new(PgStore::connect(&options).await.expect("the server runs"));
    [connect().await, connect().await]
}

async fn race(
    stores: &[Arc<PgStore>; 2],
    guesses: impl IntoIterator<Item = CheckAttempt>,
) -> Vec<CheckVerdict> {
    let mut racers = tokio::task::JoinSet::new();
    for (number, guess) in guesses.into_iter().enumerate() {
        let store = Arc::clone(&stores[number % 2]);
        racers.spawn(async move { store.check_codes(Arc::from([guess])).await });
    }
    let judged: Result<Vec<_>, PortError> = racers.join_all().await.into_iter().collect();
    judged.expect("judged").into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_wrong_guesses_in_two_processes_five_count() {
    let stores = two_processes().await;
    let fixture = Fixture::with_credits(stores[0].clone(), 10).await;
    let id = begin(&fixture, 1..2).await[0];
    let wrong = (0..1_000).map(|number| guess(&fixture, id, &format!("{number:06}")));
    let verdicts = race(&stores, wrong).await;
    assert_eq!(verdicts.len(), 1_000);
    let mut left: Vec<_> = verdicts
        .iter()
        .filter_map(|verdict| {
            if let CheckVerdict::Incorrect { attempts_left } = verdict {
                Some(*attempts_left)
            } else {
                assert_eq!(*verdict, CheckVerdict::TooManyAttempts);
                None
            }
        })
        .collect();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4]);
    let key = VerificationKey::Id(id);
    let found = stores[1].find_verification(fixture.account, key, fixture.clock.now());
    let record = found.await.expect("looked up").expect("exists");
    assert_eq!(record.state.status, VerificationStatus::Exhausted);
    assert_eq!((record.checks.len(), record.failures.len()), (5, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_right_guesses_in_two_processes_one_approves() {
    let stores = two_processes().await;
    let fixture = Fixture::with_credits(stores[0].clone(), 10).await;
    let id = begin(&fixture, 1..2).await[0];
    let right = (0..100).map(|_| guess(&fixture, id, CODE));
    let verdicts = race(&stores, right).await;
    let approved = |one: &&CheckVerdict| matches!(one, CheckVerdict::Approved { first: true, .. });
    assert_eq!(verdicts.iter().filter(approved).count(), 1);
    let already = |one: &&CheckVerdict| **one == CheckVerdict::Over(VerificationOver::Approved);
    assert_eq!(verdicts.iter().filter(already).count(), 99);
}

/// An erasure waits for the checks that have read the verification; none writes over it.
#[tokio::test(flavor = "multi_thread")]
async fn no_check_brings_an_erased_verification_back() {
    let stores = two_processes().await;
    let fixture = Fixture::with_credits(stores[0].clone(), 100).await;
    for number in 0..20 {
        let attempt = create(&fixture, number);
        let (id, index) = (new_of(&attempt).id, attempt.recipient_index);
        admit(&fixture, vec![attempt]).await;
        let wrong = (0..4).map(|_| guess(&fixture, id, "000000"));
        let (account, store) = (fixture.account, Arc::clone(&stores[1]));
        let erasing = tokio::spawn(async move {
            otp_core::ports::Erasure::erase_recipient(&*store, (account, index)).await
        });
        race(&stores, wrong).await;
        assert_eq!(erasing.await.expect("no panic").expect("erased"), 1);
        let found = stores[0].find_verification(
            fixture.account,
            VerificationKey::Id(id),
            fixture.clock.now(),
        );
        let record = found.await.expect("looked up").expect("exists");
        assert_eq!(record.state.status, VerificationStatus::Canceled);
        assert_eq!((record.state.code_hash, record.code), (None, None));
        assert_eq!(record.failures.len(), 0);
    }
}

/// Plain sends execute the statements they did before there were verifications.
#[tokio::test(flavor = "multi_thread")]
async fn plain_sends_take_no_statement_for_verifications() {
    watched(|watch| async move {
        let store = Arc::new(fresh::store(&fresh::database()).await);
        let fixture = Fixture::with_credits(store.clone(), 1_000).await;
        begin(&fixture, 0..5).await;
        let attempts: Arc<[SendAttempt]> = (10..60).map(|n| fixture.attempt(n)).collect();
        let admitting = async {
            let admissions = store.admit(attempts).await.expect("admitted");
            assert!(admissions.iter().all(|one| *one == Admission::Admitted));
        };
        // BEGIN, lock, the end of the lock's limit, three loads, three writes, COMMIT.
        assert_eq!(watch.count(admitting).await, 10);
    })
    .await;
}
