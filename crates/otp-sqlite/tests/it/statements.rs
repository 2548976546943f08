//! The number of statements of a batch, and how often they are prepared.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Once};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use otp_core::send::{Admission, Outcome, SendAttempt, Settlement};
use otp_testkit::contract::fixture::Fixture;
use otp_testkit::contract::receipts::references_of_every_kind;
use otp_testkit::sender::{accepted_outcome, failure};

use crate::fresh::Place;

/// Begin, rules, four kinds of facts, pending messages, messages, ledger, balances, commit.
const OF_ADMISSION: usize = 11;
/// Begin, messages, rules, balances, updates, pending messages, events, ledger, balances, commit.
const OF_SETTLEMENT: usize = 10;

#[tokio::test]
async fn a_batch_takes_the_same_statements_whatever_its_size() {
    let (place, statements) = recorded();
    let fixture = Fixture::with_credits(place.store().await, 10_000).await;
    let mut accounts = vec![fixture.clone()];
    for _ in 1..10 {
        let account = fixture.another_account().await;
        let api_key = fixture.another_key(account).await;
        accounts.push(Fixture {
            account,
            api_key,
            ..fixture.clone()
        });
        accounts.last().unwrap().grant(10_000).await;
    }
    statements.take();
    for (round, size) in (1_u32..).zip([1_u32, 10, 100, 300]) {
        let attempts: Arc<[SendAttempt]> = (0..size)
            .map(|number| {
                let account = &accounts[number as usize % accounts.len()];
                account.attempt_with_key(round * 1_000 + number, u128::from(round * 1_000 + number))
            })
            .collect();
        let admissions = fixture.store.admit(Arc::clone(&attempts)).await.unwrap();
        assert!(
            admissions
                .iter()
                .all(|admission| *admission == Admission::Admitted)
        );
        let executed = statements.take();
        assert_eq!(executed.len(), OF_ADMISSION, "{size}: {executed:#?}");

        let settlements: Arc<[Settlement]> = attempts.iter().zip(0..).map(settled).collect();
        fixture.store.settle(settlements).await.unwrap();
        let executed = statements.take();
        assert_eq!(executed.len(), OF_SETTLEMENT, "{size}: {executed:#?}");
    }
    for account in &accounts {
        account.assert_ledger_balances().await;
    }
}

#[tokio::test]
async fn locating_receipts_takes_the_same_statements_whatever_their_number() {
    let (place, statements) = recorded();
    let fixture = Fixture::with_credits(place.store().await, 1_000).await;
    for recipients in [1..2, 10..20, 100..200] {
        let references = references_of_every_kind(&fixture, recipients).await;
        statements.take();
        let facts = fixture.store.locate(&references).await.unwrap();
        assert_eq!(facts.len(), references.len());
        // Begin, by our ids, by the provider's, the numbers of the rest, commit.
        let executed = statements.take();
        assert_eq!(executed.len(), 5, "{executed:#?}");
    }
}

/// Every third message of a batch fails and is refunded, beginning with the first.
fn settled((attempt, number): (&SendAttempt, u32)) -> Settlement {
    let outcome = match number % 3 {
        0 => Outcome::Failed(failure(131_026)),
        1 => accepted_outcome(&format!("wamid.{number}")),
        _ => Outcome::Unknown,
    };
    Settlement {
        message_id: attempt.message_id,
        account_id: attempt.account_id,
        outcome,
        provider_time: None,
        at: attempt.at,
    }
}

#[tokio::test]
async fn a_step_with_nothing_to_do_takes_no_statement() {
    let (place, statements) = recorded();
    let fixture = Fixture::new(place.store().await).await;
    statements.take();
    // Without credits, and without idempotency keys: facts are loaded, nothing is written.
    let attempts: Arc<[SendAttempt]> = (0..100).map(|number| fixture.attempt(number)).collect();
    fixture.store.admit(attempts).await.unwrap();
    assert_eq!(statements.take().len(), 6);
    fixture.store.admit(Arc::from([])).await.unwrap();
    fixture.store.settle(Arc::from([])).await.unwrap();
    assert_eq!(statements.take(), Vec::<String>::new());
}

/// The grant prepares the append to the ledger. The first message prepares eight more statements
/// of admission and five of settlement, which shares the writing of balances.
#[tokio::test]
async fn statements_are_prepared_once() {
    let (place, statements) = recorded();
    let fixture = Fixture::with_credits(place.store().await, 1_000).await;
    statements.take_prepared();
    for (number, expected) in [(1_u32, 13), (2, 0), (3, 0)] {
        let attempt = fixture.attempt_with_key(number, u128::from(number));
        fixture.admit(&attempt).await;
        fixture
            .settle(&attempt, Outcome::Failed(failure(131_026)))
            .await;
        assert_eq!(statements.take_prepared(), expected, "message {number}");
    }
}

/// The statements on the connections to one file.
#[derive(Clone, Default)]
pub(crate) struct Statements(Arc<Mutex<Recorded>>);

#[derive(Default)]
struct Recorded {
    executed: Vec<String>,
    prepared: usize,
}

impl Statements {
    /// The statements executed since the last time.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().executed)
    }

    /// The number of statements prepared and cached since the last time.
    fn take_prepared(&self) -> usize {
        std::mem::take(&mut self.0.lock().unwrap().prepared)
    }
}

static RECORDED_FILES: Mutex<Option<HashMap<String, Statements>>> = Mutex::new(None);

/// A place for a database whose connections are recorded.
pub(crate) fn recorded() -> (Place, Statements) {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        set_default_instrumentation(|| Some(Box::new(Recorder::default()))).unwrap();
    });
    let (place, statements) = (Place::new(), Statements::default());
    let path = place.path().to_str().unwrap().to_owned();
    let mut files = RECORDED_FILES.lock().unwrap();
    files
        .get_or_insert_default()
        .insert(path, statements.clone());
    (place, statements)
}

/// Records the statements of one connection, if its file is recorded.
#[derive(Default)]
struct Recorder(Option<Statements>);

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartEstablishConnection { url, .. } = event {
            let files = RECORDED_FILES.lock().unwrap();
            self.0 = files.as_ref().and_then(|files| files.get(url).cloned());
            return;
        }
        let Some(Statements(recorded)) = &self.0 else {
            return;
        };
        let mut recorded = recorded.lock().unwrap();
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            recorded.executed.push(query.to_string());
        } else if let InstrumentationEvent::CacheQuery { .. } = event {
            recorded.prepared += 1;
        }
    }
}
