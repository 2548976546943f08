//! Promises on idempotency keys.

use std::sync::Arc;
use std::time::Duration;

use otp_core::message::MessageStatus;
use otp_core::ports::Storage;
use otp_core::send::{Admission, FirstAnswer, Outcome, Refusal, SendAttempt};

use super::fixture::Fixture;
use crate::sender::{accepted_outcome, failure};

fn replayed(first: &SendAttempt, status: MessageStatus) -> Admission {
    Admission::Replayed(FirstAnswer {
        message_id: first.message_id,
        status,
    })
}

/// A repetition gets `Pending` while the first request is under way, and its answer afterwards.
pub async fn a_replay_under_way_is_pending_and_then_the_first_answer(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let first = fixture.attempt_with_key(1, 1);
    assert_eq!(fixture.admit(&first).await, Admission::Admitted);
    let again = fixture.attempt_with_key(1, 1);
    assert_eq!(
        fixture.admit(&again).await,
        replayed(&first, MessageStatus::Pending)
    );

    let accepted = accepted_outcome("wamid.1");
    fixture.settle(&first, accepted).await;
    assert_eq!(
        fixture.admit(&again).await,
        replayed(&first, MessageStatus::Sent)
    );
    // Another body is still a replay: neither number nor price are looked at.
    let other_body = fixture.attempt_with_key(2, 1);
    assert_eq!(
        fixture.admit(&other_body).await,
        replayed(&first, MessageStatus::Sent)
    );
    assert_eq!(fixture.find(&again).await, None);
    assert_eq!(fixture.balance().await, 4);
}

/// A repetition is `Pending` although a receipt came before the first answer, which it then repeats.
pub async fn a_replay_under_way_is_pending_whatever_a_receipt_reports(store: Arc<dyn Storage>) {
    for report in [
        Outcome::Reported(MessageStatus::Delivered),
        Outcome::ReportedFailed(failure(131_026)),
    ] {
        let fixture = Fixture::with_credits(Arc::clone(&store), 5).await;
        let first = fixture.attempt_with_key(1, 1);
        fixture.admit(&first).await;
        fixture.settle(&first, report).await;
        let again = fixture.attempt_with_key(1, 1);
        let answer = fixture.admit(&again).await;
        assert_eq!(answer, replayed(&first, MessageStatus::Pending));
        fixture.settle(&first, accepted_outcome("wamid.1")).await;
        let answer = fixture.admit(&again).await;
        assert_eq!(answer, replayed(&first, MessageStatus::Sent));
    }
}

/// `Failed` is an answer like any other.
pub async fn a_failed_first_answer_is_replayed(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let first = fixture.attempt_with_key(1, 1);
    fixture.admit(&first).await;
    fixture
        .settle(&first, Outcome::Failed(failure(131_026)))
        .await;
    let again = fixture.attempt_with_key(1, 1);
    assert_eq!(
        fixture.admit(&again).await,
        replayed(&first, MessageStatus::Failed)
    );
    assert_eq!(fixture.balance().await, 5);
}

/// The same key under another API key of the account is another request.
pub async fn a_key_is_bound_to_its_api_key(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let other = Fixture {
        api_key: fixture.another_key(fixture.account).await,
        ..fixture.clone()
    };
    assert_eq!(
        fixture.admit(&fixture.attempt_with_key(1, 1)).await,
        Admission::Admitted
    );
    assert_eq!(
        other.admit(&other.attempt_with_key(2, 1)).await,
        Admission::Admitted
    );
    assert_eq!(fixture.balance().await, 3);
}

/// A refused send created no message, so its key is still free.
pub async fn a_refused_send_does_not_use_up_its_key(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let refused = Admission::Refused(Refusal::InsufficientBalance);
    assert_eq!(
        fixture.admit(&fixture.attempt_with_key(1, 1)).await,
        refused
    );
    fixture.grant(1).await;
    assert_eq!(
        fixture.admit(&fixture.attempt_with_key(1, 1)).await,
        Admission::Admitted
    );
}

/// A year later a key still means its message.
pub async fn keys_never_expire(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let first = fixture.attempt_with_key(1, 1);
    fixture.admit(&first).await;
    fixture.settle(&first, Outcome::Unknown).await;
    fixture
        .clock
        .advance(Duration::from_secs(366 * 24 * 60 * 60));
    let again = fixture.attempt_with_key(1, 1);
    assert_eq!(
        fixture.admit(&again).await,
        replayed(&first, MessageStatus::Pending)
    );
}
