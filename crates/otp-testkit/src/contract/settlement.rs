//! Promises on settlement.

use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::MessageId;
use otp_core::message::MessageStatus;
use otp_core::ports::Storage;
use otp_core::send::{Outcome, SendAttempt};
use uuid::Uuid;

use super::fixture::{Fixture, START};
use crate::sender::{accepted_outcome, failure};

fn accepted() -> Outcome {
    accepted_outcome("wamid.HBgM")
}

/// The provider's acceptance makes a message `Sent` and keeps its id.
pub async fn accepted_is_sent(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    fixture.settle(&attempt, accepted()).await;
    let message = fixture.message(&attempt).await;
    assert_eq!(
        (message.status, message.first_answer),
        (MessageStatus::Sent, Some(MessageStatus::Sent))
    );
    let Outcome::Accepted(id) = accepted() else {
        unreachable!("just made")
    };
    assert_eq!(message.provider_message_id, Some(id));
    assert_eq!(fixture.balance().await, 4);
}

/// A failure is recorded with its words and time, gives the credits back and starts no cooldown.
pub async fn failed_gives_the_credits_back_and_leaves_the_cooldown(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    fixture.clock.advance(Duration::from_millis(1_500));
    fixture
        .settle(&attempt, Outcome::Failed(failure(131_026)))
        .await;
    let message = fixture.message(&attempt).await;
    assert_eq!(
        (message.status, message.first_answer),
        (MessageStatus::Failed, Some(MessageStatus::Failed))
    );
    assert_eq!(message.failure, Some(failure(131_026)));
    assert_eq!(
        message.failed_at,
        Some(START + Duration::from_millis(1_500))
    );
    assert_eq!(fixture.balance().await, 5);
    fixture.assert_ledger_balances().await;
    fixture.send(1).await;
}

/// An unknown outcome leaves the message to its receipt: pending and paid for.
pub async fn unknown_stays_pending_and_paid(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    fixture.settle(&attempt, Outcome::Unknown).await;
    let message = fixture.message(&attempt).await;
    assert_eq!(
        (message.status, message.first_answer),
        (MessageStatus::Pending, Some(MessageStatus::Pending))
    );
    assert_eq!(fixture.balance().await, 4);
}

/// Settling is idempotent, within a batch too: one refund, one failure.
pub async fn settling_again_changes_nothing(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    fixture
        .settle(&attempt, Outcome::Failed(failure(131_026)))
        .await;
    let before = fixture.message(&attempt).await;
    fixture.clock.advance(Duration::from_secs(5));
    for _ in 0..3 {
        fixture
            .settle(&attempt, Outcome::Failed(failure(131_000)))
            .await;
    }
    assert_eq!(fixture.message(&attempt).await, before);
    assert_eq!(fixture.balance().await, 5);
    fixture.assert_ledger_balances().await;
}

/// A late receipt moves no status back, and gives no price back twice.
pub async fn receipts_never_move_a_status_backwards(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    fixture
        .settle(&attempt, Outcome::Failed(failure(131_026)))
        .await;
    fixture.settle(&attempt, accepted()).await;
    fixture.settle(&attempt, Outcome::Unknown).await;
    let message = fixture.message(&attempt).await;
    assert_eq!(
        (message.status, message.first_answer),
        (MessageStatus::Failed, Some(MessageStatus::Failed))
    );
    assert_eq!(fixture.balance().await, 5);
    fixture.assert_ledger_balances().await;
}

/// A settlement of nothing settles nothing, and its neighbours all the same.
pub async fn an_unknown_message_is_passed_over(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    let unknown = SendAttempt {
        message_id: MessageId(Uuid::from_u128(42)),
        ..attempt.clone()
    };
    fixture
        .settle(&unknown, Outcome::Failed(failure(131_026)))
        .await;
    fixture.settle(&attempt, accepted()).await;
    assert_eq!(fixture.message(&attempt).await.status, MessageStatus::Sent);
    assert_eq!(fixture.balance().await, 4);
}
