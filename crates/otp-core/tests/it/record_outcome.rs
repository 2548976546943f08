//! `RecordOutcome`: the outcome of a code, once.

use std::time::Duration;

use otp_core::ids::MessageId;
use otp_core::message::CodeOutcome;
use otp_core::ports::{MockMessageOutcomes, PortError};
use otp_core::usecases::record_outcome::{RecordOutcome, RecordOutcomeError, RecordOutcomeRequest};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::Fixture;
use std::sync::Arc;
use uuid::Uuid;

#[tokio::test]
async fn the_first_outcome_is_returned_until_another_is_refused() {
    let store = Arc::new(MemoryStore::default());
    let fixture = Fixture::with_credits(store.clone(), 5).await;
    let attempt = fixture.send(1).await;
    let record_outcome = RecordOutcome {
        outcomes: store,
        clock: fixture.clock.clone(),
    };
    let report = |outcome| {
        record_outcome.execute(RecordOutcomeRequest {
            account_id: fixture.account,
            id: attempt.message_id,
            outcome,
        })
    };
    let first = report(CodeOutcome::Abandoned).await.expect("recorded");
    assert_eq!(
        (first.outcome, first.at),
        (CodeOutcome::Abandoned, attempt.at)
    );
    fixture.clock.advance(Duration::from_secs(60));
    assert_eq!(
        report(CodeOutcome::Abandoned).await.expect("repeated"),
        first
    );
    let other = report(CodeOutcome::Verified).await;
    assert!(
        matches!(other, Err(RecordOutcomeError::AlreadyRecorded)),
        "{other:?}"
    );

    let unknown = record_outcome.execute(RecordOutcomeRequest {
        account_id: fixture.account,
        id: MessageId(Uuid::from_u128(42)),
        outcome: CodeOutcome::Verified,
    });
    assert!(matches!(unknown.await, Err(RecordOutcomeError::NotFound)));
}

#[tokio::test]
async fn a_store_that_fails_is_an_error() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let mut outcomes = MockMessageOutcomes::new();
    outcomes
        .expect_record_outcome()
        .returning(|_, _, _| Err(PortError::Unavailable("away".into())));
    let record_outcome = RecordOutcome {
        outcomes: Arc::new(outcomes),
        clock: fixture.clock.clone(),
    };
    let failed = record_outcome.execute(RecordOutcomeRequest {
        account_id: fixture.account,
        id: MessageId(Uuid::nil()),
        outcome: CodeOutcome::Verified,
    });
    assert!(matches!(failed.await, Err(RecordOutcomeError::Port(_))));
}
