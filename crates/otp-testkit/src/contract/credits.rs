//! Promises on credits.

use std::sync::Arc;
use std::time::Duration;

use otp_core::credits::ledger::EntryKind;
use otp_core::credits::ledger::LedgerPosition;
use otp_core::ids::SubscriptionId;
use otp_core::ports::{Clock, Storage};
use otp_core::send::{Admission, Outcome, Refusal, SendAttempt};
use otp_core::subscription::SubscriptionStatus;
use otp_core::usecases::audit_credits::AuditCredits;
use uuid::Uuid;

use super::fixture::{Fixture, credits};
use crate::sender::failure;

/// The newest subscription pays, if it covers the whole price.
pub async fn the_newest_subscription_that_covers_the_price_pays(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let older = fixture.grant(10).await;
    fixture.clock.advance(Duration::from_secs(1));
    let newer = fixture.grant(2).await;

    let first = fixture.send(1).await;
    assert_eq!(fixture.message(&first).await.subscription_id, Some(newer));
    let dear = SendAttempt {
        price: credits(2),
        ..fixture.attempt(2)
    };
    assert_eq!(fixture.admit(&dear).await, Admission::Admitted);
    assert_eq!(fixture.message(&dear).await.subscription_id, Some(older));
    let last = fixture.send(3).await;
    assert_eq!(fixture.message(&last).await.subscription_id, Some(newer));
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

/// A revoked subscription loses what is left on it and what comes back to it. It never pays again, and
/// the audit adds up.
pub async fn a_revoked_subscription_keeps_nothing_and_gets_nothing_back(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let id = fixture.subscriptions().await[0].id;
    let sent = fixture.send(1).await;
    fixture.clock.advance(Duration::from_secs(1));
    let revoked_at = fixture.clock.now();
    let revoked = fixture
        .store
        .revoke_subscription(id, revoked_at, &fixture.entry())
        .await
        .expect("revoke");
    let rows = fixture.subscriptions().await;
    assert_eq!(revoked.as_ref(), rows.first());
    assert_eq!(rows[0].status(), SubscriptionStatus::Revoked);
    assert_eq!(rows[0].revoked_at, Some(revoked_at));
    let refused = Admission::Refused(Refusal::InsufficientBalance);
    assert_eq!(fixture.admit(&fixture.attempt(2)).await, refused);

    fixture.clock.advance(Duration::from_secs(1));
    let again = fixture
        .store
        .revoke_subscription(id, fixture.clock.now(), &fixture.entry())
        .await;
    assert_eq!(again.expect("revoke"), revoked, "the first time is kept");
    let failed = Outcome::Failed(failure(131_026));
    fixture.settle(&sent, failed).await;
    assert_eq!(fixture.balance().await, 0);
    assert_eq!(fixture.admit(&fixture.attempt(2)).await, refused);

    let ledger = fixture.store.ledger(fixture.account).await.expect("ledger");
    let rows = ledger.iter();
    let rows: Vec<_> = rows
        .map(|row| (row.kind, row.signed_amount(), row.message_id))
        .collect();
    let expected = [
        (EntryKind::Grant, 5, None),
        (EntryKind::Debit, -1, Some(sent.message_id)),
        (EntryKind::Revocation, -4, None),
        (EntryKind::Refund, 1, Some(sent.message_id)),
        (EntryKind::Revocation, -1, None),
    ];
    assert_eq!(rows, expected);
    assert_audited(&fixture).await;
    let nobody = SubscriptionId(Uuid::from_u128(42));
    let unknown = fixture
        .store
        .revoke_subscription(nobody, revoked_at, &fixture.entry())
        .await;
    assert_eq!(unknown.expect("revoke"), None);
}

/// A revocation waits for the sends that are under way and is seen by those that follow.
pub async fn a_revocation_among_sends_keeps_the_ledger_balanced(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 40).await;
    let id = fixture.subscriptions().await[0].id;
    let at = fixture.clock.now();
    let attempts: Vec<_> = (1..=20).map(|number| fixture.attempt(number)).collect();
    let mut racers = tokio::task::JoinSet::new();
    for attempt in attempts {
        let fixture = fixture.clone();
        racers.spawn(async move {
            if fixture.admit(&attempt).await == Admission::Admitted {
                let failed = Outcome::Failed(failure(131_026));
                fixture.settle(&attempt, failed).await;
            }
        });
    }
    let (store, entry) = (Arc::clone(&fixture.store), fixture.entry());
    racers.spawn(async move {
        let revoked = store.revoke_subscription(id, at, &entry).await;
        let revoked = revoked.expect("revoke");
        assert!(revoked.is_some());
    });
    racers.join_all().await;
    assert_eq!(fixture.balance().await, 0);
    fixture.assert_ledger_balances().await;
    assert_audited(&fixture).await;
}

/// Each line of the ledger has the balance after it, and pages neither skip nor repeat an entry.
pub async fn each_line_of_the_ledger_has_its_balance(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 3).await;
    fixture.grant(10).await;
    let other = fixture.another_account().await;
    fixture.grant_to(other, 99).await;
    for number in 0..3 {
        fixture.send(number).await;
    }
    let ledger = fixture.store.ledger(fixture.account).await.expect("ledger");
    let sums = ledger.iter().scan(0, |sum, entry| {
        *sum += entry.signed_amount();
        Some((entry.clone(), *sum))
    });
    let mut expected: Vec<_> = sums.collect();
    expected.reverse();
    assert_eq!(expected.len(), 5);
    let mut found = Vec::new();
    let mut before = LedgerPosition::END;
    loop {
        let page = fixture.store.ledger_before(fixture.account, before, 2);
        let page = page.await.expect("a page");
        let Some(last) = page.last() else {
            break;
        };
        assert!(page.len() <= 2);
        before = last.position;
        found.extend(page.into_iter().map(|line| (line.entry, line.balance)));
    }
    assert_eq!(found, expected);
}

async fn assert_audited(fixture: &Fixture) {
    let audit = AuditCredits {
        audit: fixture.store.clone(),
    };
    let report = audit.execute().await.expect("a report");
    assert!(report.adds_up(), "{report:?}");
    assert!(report.revoked > 0);
}
