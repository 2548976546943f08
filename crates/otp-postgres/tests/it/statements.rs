//! The number of statements of a batch, and how often they are prepared.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use otp_core::ports::{Receipts, SendLedger};
use otp_core::send::{Admission, Outcome, SendAttempt, Settlement};
use otp_testkit::contract::fixture::Fixture;
use otp_testkit::contract::receipts::references_of_every_kind;
use otp_testkit::sender::{accepted_outcome, failure};

use crate::fresh;

/// The statements that the connections of one test executed, and those they prepared and cached.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    executed: usize,
    kept: BTreeSet<String>,
}

tokio::task_local! {
    /// The watch of the test whose task opens the connection.
    static WATCH: Watch;
}

impl Instrumentation for Watch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let mut seen = self.0.lock().expect("nobody panics here");
        if let InstrumentationEvent::StartQuery { .. } = event {
            seen.executed += 1;
        } else if let InstrumentationEvent::CacheQuery { sql, .. } = event {
            seen.kept.insert(sql.to_owned());
        }
    }
}

impl Watch {
    /// Statements executed by `work`, BEGIN and COMMIT included.
    pub(crate) async fn count(&self, work: impl Future<Output = ()>) -> usize {
        let before = self.0.lock().expect("nobody panics here").executed;
        work.await;
        self.0.lock().expect("nobody panics here").executed - before
    }

    fn kept(&self) -> BTreeSet<String> {
        self.0.lock().expect("nobody panics here").kept.clone()
    }
}

/// Runs a test whose connections report to its watch.
pub(crate) async fn watched<F: Future<Output = ()>>(test: impl FnOnce(Watch) -> F) {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let of_this_task = || {
            let watch = WATCH.try_with(Watch::clone).ok()?;
            Some(Box::new(watch) as Box<dyn Instrumentation>)
        };
        set_default_instrumentation(of_this_task).expect("set once");
    });
    let watch = Watch::default();
    WATCH.scope(watch.clone(), test(watch)).await;
}

/// A batch over `accounts` whose attempts have idempotency keys and recipients of their own.
fn batch(accounts: &[Fixture], size: u32, first: u32) -> Vec<SendAttempt> {
    let numbers = first..first + size;
    let of = |number: u32| &accounts[number as usize % accounts.len()];
    numbers
        .map(|number| of(number).attempt_with_key(number, number.into()))
        .collect()
}

fn settlements(attempts: &[SendAttempt], outcome: impl Fn(usize) -> Outcome) -> Arc<[Settlement]> {
    let settle = |(position, attempt): (usize, &SendAttempt)| Settlement {
        message_id: attempt.message_id,
        account_id: attempt.account_id,
        outcome: outcome(position),
        provider_time: None,
        at: attempt.at + Duration::from_millis(200),
    };
    attempts.iter().enumerate().map(settle).collect()
}

async fn accounts(store: Arc<otp_postgres::PgStore>, number: usize) -> Vec<Fixture> {
    let first = Fixture::with_credits(store, 10_000).await;
    let mut accounts = vec![first.clone()];
    while accounts.len() < number {
        let account = first.another_account().await;
        first.grant_to(account, 10_000).await;
        accounts.push(Fixture {
            account,
            ..first.clone()
        });
    }
    accounts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_takes_the_same_number_of_statements_whatever_its_size() {
    watched(|watch| async move {
        let store = Arc::new(fresh::store(&fresh::database()).await);
        let accounts = accounts(Arc::clone(&store), 7).await;
        let accepted = |_| accepted_outcome("wamid.HBgM");
        let mixed = |position| match position % 3 {
            0 => Outcome::Failed(failure(131_026)),
            1 => accepted(position),
            _ => Outcome::Unknown,
        };
        let mut first = 0;
        for (size, of) in [(1, 1), (10, 1), (10, 7), (100, 7), (1_000, 7)] {
            let attempts = batch(&accounts[..of], size, first);
            first += size;
            let admitting = async {
                let admissions = store.admit(attempts.clone().into()).await.expect("admit");
                assert!(
                    admissions
                        .iter()
                        .all(|admission| *admission == Admission::Admitted)
                );
            };
            // BEGIN, lock, the end of the lock's limit, four loads, three writes, COMMIT.
            assert_eq!(
                watch.count(admitting).await,
                11,
                "{size} sends of {of} accounts"
            );

            let replaying = async {
                let admissions = store.admit(attempts.clone().into()).await.expect("admit");
                let replayed = |a: &Admission| matches!(a, Admission::Replayed(_));
                assert!(admissions.iter().all(replayed));
            };
            // There is nothing to write.
            assert_eq!(
                watch.count(replaying).await,
                8,
                "{size} replays of {of} accounts"
            );

            let refunding = async {
                store
                    .settle(settlements(&attempts, mixed))
                    .await
                    .expect("settle");
            };
            // BEGIN, two locks, the end of their limit, one load, the provider's ids of those accepted,
            // four writes, COMMIT.
            assert_eq!(
                watch.count(refunding).await,
                if size > 1 { 11 } else { 10 },
                "{size} outcomes of {of} accounts"
            );

            let others = batch(&accounts[..of], size, first);
            first += size;
            store.admit(others.clone().into()).await.expect("admit");
            let accepting = async {
                store
                    .settle(settlements(&others, accepted))
                    .await
                    .expect("settle");
            };
            // No account is locked: BEGIN, lock of messages, the end of its limit, three writes, COMMIT.
            assert_eq!(
                watch.count(accepting).await,
                7,
                "{size} acceptances of {of} accounts"
            );
        }
        let nothing = async {
            assert_eq!(store.admit(Arc::from([])).await.expect("admit"), []);
            store.settle(Arc::from([])).await.expect("settle");
        };
        assert_eq!(watch.count(nothing).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn locating_receipts_takes_the_same_number_of_statements_whatever_their_number() {
    watched(|watch| async move {
        let store = Arc::new(fresh::store(&fresh::database()).await);
        let fixture = Fixture::with_credits(Arc::clone(&store) as _, 1_000).await;
        for recipients in [1..2, 10..20, 100..200] {
            let references = references_of_every_kind(&fixture, recipients.clone()).await;
            let locating = async {
                let facts = store.locate(&references).await.expect("located");
                assert_eq!(facts.len(), references.len());
            };
            // By our ids, by the provider's, and the numbers of the rest.
            assert_eq!(watch.count(locating).await, 3, "{recipients:?}");
        }
        let nothing = async {
            assert_eq!(store.locate(&[]).await.expect("located"), []);
        };
        assert_eq!(watch.count(nothing).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_of_the_ledger_is_prepared_once() {
    watched(|watch| async move {
        let store = Arc::new(fresh::store(&fresh::database()).await);
        let accounts = accounts(Arc::clone(&store), 2).await;
        let before = watch.kept();
        let failed = |_| Outcome::Failed(failure(131_026));
        let mut of_first_round = None;
        for round in 0..3 {
            // Arrays of another length are the same statement.
            let attempts = batch(&accounts, 2 + round * 10, round * 100);
            store.admit(attempts.clone().into()).await.expect("admit");
            store
                .settle(settlements(&attempts, failed))
                .await
                .expect("settle");
            let kept = watch.kept();
            // Seven of admission, and three more of settlement. The two that lock rows are prepared when a
            // connection is opened.
            let new: BTreeSet<_> = kept.difference(&before).collect();
            assert_eq!(new.len(), 7 + 3, "{new:#?}");
            assert_eq!(of_first_round.get_or_insert(kept.clone()), &kept);
        }
    })
    .await;
}
