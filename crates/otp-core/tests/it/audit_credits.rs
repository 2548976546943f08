//! `AuditCredits`: sums what is stored, and finds what does not add up.

use std::sync::Arc;

use otp_core::credits::audit::{CreditReport, PaymentCount, SubscriptionSums};
use otp_core::ids::SubscriptionId;
use otp_core::message::MessageStatus;
use otp_core::ports::{CreditAudit, MockCreditAudit, PortError};
use otp_core::send::Outcome;
use otp_core::usecases::audit_credits::AuditCredits;
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::Fixture;
use otp_testkit::sender::failure;
use uuid::Uuid;

async fn audit(audit: Arc<dyn CreditAudit>) -> Result<CreditReport, PortError> {
    AuditCredits { audit }.execute().await
}

#[tokio::test]
async fn sends_and_refunds_add_up() {
    let fixture = Fixture::with_credits(Arc::new(MemoryStore::default()), 10).await;
    let other = fixture.another_account().await;
    fixture.grant_to(other, 5).await;
    for number in 1..=4 {
        let attempt = fixture.send(number).await;
        if number == 4 {
            fixture.settle(&attempt, Outcome::Failed(failure(1))).await;
        }
    }
    let report = audit(fixture.store.clone()).await.expect("a report");
    assert!(report.adds_up(), "{report:?}");
    let expected = CreditReport {
        granted: 15,
        debited: 4,
        refunded: 1,
        remaining: 12,
        messages: 4,
        ..CreditReport::default()
    };
    assert_eq!(report, expected);
}

#[tokio::test]
async fn a_wrong_balance_and_a_wrong_payment_are_named() {
    let balance = SubscriptionSums {
        subscription_id: SubscriptionId(Uuid::from_u128(1)),
        credits: 10,
        remaining: 9,
        granted: 10,
        debited: 0,
        refunded: 0,
        revoked: 0,
    };
    let payment = PaymentCount {
        status: MessageStatus::Sent,
        net: 0,
        price: 1,
        shared_charge: None,
        messages: 2,
    };
    let mut stored = MockCreditAudit::new();
    stored
        .expect_sum_subscriptions()
        .return_once(move || Ok(vec![balance]));
    stored
        .expect_count_payments()
        .return_once(move || Ok(vec![payment]));
    let report = audit(Arc::new(stored)).await.expect("a report");
    assert!(!report.adds_up());
    assert_eq!(report.wrong_subscriptions, [balance]);
    assert_eq!(report.wrong_payments, [payment]);
}

#[tokio::test]
async fn an_audit_that_cannot_read_everything_reports_nothing() {
    for sums_are_read in [true, false] {
        let away = || PortError::Unavailable("away".into());
        let mut stored = MockCreditAudit::new();
        stored
            .expect_sum_subscriptions()
            .returning(move || sums_are_read.then(Vec::new).ok_or_else(away));
        stored
            .expect_count_payments()
            .returning(move || Err(away()));
        let read = audit(Arc::new(stored)).await;
        assert!(matches!(read, Err(PortError::Unavailable(_))));
    }
}
