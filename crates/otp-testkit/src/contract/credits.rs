//! Promises on credits.

use std::sync::Arc;
use std::time::Duration;

use otp_core::credits::ledger::EntryKind;
use otp_core::ports::Storage;
use otp_core::send::{Admission, Outcome, Refusal, SendAttempt};
use otp_core::subscription::SubscriptionStatus;

use super::fixture::{Fixture, credits};
use crate::sender::failure;

/// The newest subscription pays, if it covers the whole price.
pub async fn the_newest_subscription_that_covers_the_price_pays(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let older = fixture.grant(10).await;
    fixture.clock.advance(Duration::from_secs(1));
    let newer = fixture.grant(2).await;

    let first = fixture.send(1).await;
    assert_eq!(fixture.message(&first).await.subscription_id, newer);
    let dear = SendAttempt {
        price: credits(2),
        ..fixture.attempt(2)
    };
    assert_eq!(fixture.admit(&dear).await, Admission::Admitted);
    assert_eq!(fixture.message(&dear).await.subscription_id, older);
    let last = fixture.send(3).await;
    assert_eq!(fixture.message(&last).await.subscription_id, newer);
    let remaining: Vec<_> = fixture
        .subscriptions()
        .await
        .iter()
        .map(|s| s.remaining.get())
        .collect();
    assert_eq!(remaining, [0, 8], "newest first");
    fixture.assert_ledger_balances().await;
}

/// Two subscriptions with enough between them do not cover a price together.
pub async fn a_price_is_never_split(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 2).await;
    fixture.grant(2).await;
    let dear = SendAttempt {
        price: credits(3),
        ..fixture.attempt(1)
    };
    assert_eq!(
        fixture.admit(&dear).await,
        Admission::Refused(Refusal::InsufficientBalance)
    );
    assert_eq!(fixture.balance().await, 4);
}

/// At zero a subscription is expired; a refund makes it active again, and it pays again.
pub async fn spending_the_last_credit_expires_and_a_refund_revives(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 1).await;
    let only = fixture.send(1).await;
    assert_eq!(
        fixture.subscriptions().await[0].status(),
        SubscriptionStatus::Expired
    );
    let refused = Admission::Refused(Refusal::InsufficientBalance);
    assert_eq!(fixture.admit(&fixture.attempt(2)).await, refused);

    fixture
        .settle(&only, Outcome::Failed(failure(131_026)))
        .await;
    assert_eq!(
        fixture.subscriptions().await[0].status(),
        SubscriptionStatus::Active
    );
    fixture.send(2).await;
}

/// Grant, debits and refunds are rows of the ledger, in the order in which they happened.
pub async fn balance_is_the_sum_of_the_ledger(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 9).await;
    let dear = SendAttempt {
        price: credits(4),
        ..fixture.attempt(1)
    };
    assert_eq!(fixture.admit(&dear).await, Admission::Admitted);
    let cheap = fixture.send(2).await;
    fixture
        .settle(&dear, Outcome::Failed(failure(131_026)))
        .await;

    let ledger = fixture.store.ledger(fixture.account).await.expect("ledger");
    let rows: Vec<_> = ledger
        .iter()
        .map(|row| (row.kind, row.signed_amount(), row.message_id))
        .collect();
    let expected = [
        (EntryKind::Grant, 9, None),
        (EntryKind::Debit, -4, Some(dear.message_id)),
        (EntryKind::Debit, -1, Some(cheap.message_id)),
        (EntryKind::Refund, 4, Some(dear.message_id)),
    ];
    assert_eq!(rows, expected);
    assert_eq!(fixture.balance().await, 8);
    fixture.assert_ledger_balances().await;
}
