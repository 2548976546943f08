//! Verifications: the statements of checks, and checks in two processes.

use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::VerificationId;
use otp_core::ports::{Clock, SendLedger, VerificationLedger, Verifications};
use otp_core::send::{Admission, SendAttempt};
use otp_core::verification::VerificationPart;
use otp_core::verification::check::{CheckAttempt, CheckVerdict};
use otp_sqlite::SqliteStore;
use otp_testkit::contract::fixture::Fixture;
use otp_testkit::contract::verifications::{CODE, create, everything, guess, new_of};

use crate::fresh::Place;
use crate::statements::recorded;

/// Begin, rules, five kinds of facts, four tables of messages and money, two of verifications, commit.
const OF_CREATION: usize = 14;
/// The same with the verifications that are sent again; one is changed, and none forgotten as pending, nor
/// is a fallback due.
const OF_RESEND: usize = 16;
/// Begin, rules, states, failures, answered keys, updates, pending ones, fallbacks, checks, commit.
const OF_CHECK: usize = 10;
/// Begin, the newest, their rows, messages, checks, failures, sends, commit.
const OF_LIST: usize = 8;

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

async fn check(store: &SqliteStore, checks: Vec<CheckAttempt>) -> Vec<CheckVerdict> {
    store.check_codes(checks.into()).await.unwrap()
}

#[tokio::test]
async fn verifications_take_the_same_statements_whatever_their_number_and_their_verdicts() {
    let (place, statements) = recorded();
    let store = place.store().await;
    let fixture = Fixture::with_credits(store.clone(), 10_000).await;
    for (number, size) in [(0, 1), (1_000, 50), (2_000, 300)] {
        statements.take();
        let ids = begin(&fixture, number..number + size).await;
        let executed = statements.take();
        assert_eq!(executed.len(), OF_CREATION, "{size}: {executed:#?}");

        fixture.clock.advance(Duration::from_secs(30));
        let resend = |(number, id): (u32, &VerificationId)| SendAttempt {
            verification: Some(VerificationPart::Resend(*id)),
            ..fixture.attempt(number)
        };
        admit(&fixture, (number..).zip(&ids).map(resend).collect()).await;
        let executed = statements.take();
        assert_eq!(executed.len(), OF_RESEND, "{size}: {executed:#?}");

        for text in ["000000", CODE, CODE] {
            let guesses = ids.iter().map(|id| guess(&fixture, *id, text)).collect();
            check(&store, guesses).await;
            let executed = statements.take();
            assert_eq!(executed.len(), OF_CHECK, "{size}: {executed:#?}");
        }

        let found = store.list_verifications(&everything(&fixture)).await;
        assert!(!found.unwrap().records.is_empty());
        let executed = statements.take();
        assert_eq!(executed.len(), OF_LIST, "{size}: {executed:#?}");
    }
    assert_eq!(check(&store, Vec::new()).await, []);
    assert_eq!(statements.take(), Vec::<String>::new());
}

#[tokio::test]
async fn plain_sends_take_no_statement_for_verifications() {
    let (place, statements) = recorded();
    let store = place.store().await;
    let fixture = Fixture::with_credits(store.clone(), 1_000).await;
    begin(&fixture, 0..5).await;
    statements.take();
    let attempts: Arc<[SendAttempt]> = (10..60).map(|number| fixture.attempt(number)).collect();
    store.admit(attempts).await.unwrap();
    let executed = statements.take();
    // Begin, rules, three kinds of facts, four writes, commit.
    assert_eq!(executed.len(), 10, "{executed:#?}");
    let of_verifications = |statement: &String| statement.contains("verifications");
    assert!(!executed.iter().any(of_verifications), "{executed:#?}");
}

#[tokio::test]
async fn nothing_is_written_if_no_verification_is_due() {
    let (place, statements) = recorded();
    let store = place.store().await;
    let fixture = Fixture::with_credits(store.clone(), 1_000).await;
    begin(&fixture, 0..5).await;
    statements.take();
    let now = fixture.clock.now();
    assert_eq!(store.expire_verifications(now, 500).await.unwrap(), 0);
    // Begin, those that are due, commit: no writer waits.
    assert_eq!(statements.take().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_wrong_guesses_in_two_processes_five_count() {
    let place = Place::new();
    let stores = [place.store().await, place.store().await];
    let fixture = Fixture::with_credits(stores[0].clone(), 10).await;
    let id = begin(&fixture, 1..2).await[0];
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..200 {
        let store = Arc::clone(&stores[number % 2]);
        let guess = guess(&fixture, id, &format!("{number:06}"));
        racers.spawn(async move { store.check_codes(Arc::from([guess])).await });
    }
    let counted = racers.join_all().await.into_iter().flat_map(Result::unwrap);
    let counted = counted.filter(|one| matches!(one, CheckVerdict::Incorrect { .. }));
    assert_eq!(counted.count(), 5);
    let late = check(&stores[1], vec![guess(&fixture, id, CODE)]).await;
    assert_eq!(late, [CheckVerdict::TooManyAttempts]);
}
