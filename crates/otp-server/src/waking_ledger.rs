//! Wakes workers, so that what they wait for need not wait for their next round: a queued message for its
//! hand-over, and a failed one for the next step of its fallback.

use std::sync::Arc;

use async_trait::async_trait;
use otp_core::message::MessageStatus;
use otp_core::ports::{PortError, SendLedger};
use otp_core::send::{Admission, SendAttempt, Settlement};
use tokio::sync::Notify;

/// A ledger that notifies when it has queued a message, and when it has recorded a failed one.
pub(crate) struct WakingLedger {
    pub(crate) ledger: Arc<dyn SendLedger>,
    pub(crate) queued: Arc<Notify>,
    pub(crate) failed: Arc<Notify>,
}

#[async_trait]
impl SendLedger for WakingLedger {
    async fn admit(&self, attempts: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        let admissions = self.ledger.admit(Arc::clone(&attempts)).await?;
        let queued = attempts
            .iter()
            .zip(&admissions)
            .any(|(attempt, admission)| {
                matches!(admission, Admission::AdmittedCode { .. }) && attempt.is_queued()
            });
        if queued {
            self.queued.notify_one();
        }
        Ok(admissions)
    }

    async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), PortError> {
        let mut outcomes = settlements
            .iter()
            .map(|settlement| settlement.outcome.status());
        let failed = outcomes.any(|status| status == MessageStatus::Failed);
        self.ledger.settle(settlements).await?;
        if failed {
            self.failed.notify_one();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use otp_core::channel::email;
    use otp_core::language::LanguageTag;
    use otp_core::ports::Clock as _;
    use otp_core::send::{Outcome, RoutedTo};
    use otp_testkit::MemoryStore;
    use otp_testkit::contract::fixture::Fixture;
    use otp_testkit::contract::verifications::create;

    use super::*;

    #[tokio::test]
    async fn a_queued_message_wakes_its_worker_and_no_other_send_does() {
        let store = Arc::new(MemoryStore::default());
        let fixture = Fixture::with_credits(store, 5).await;
        let queued = Arc::new(Notify::new());
        let ledger = WakingLedger {
            ledger: fixture.store.clone(),
            queued: Arc::clone(&queued),
            failed: Arc::default(),
        };
        let language = LanguageTag::parse("en").expect("language");
        let mail = SendAttempt {
            route: Ok(RoutedTo::Email(email::RoutedTo { language })),
            region: None,
            ..create(&fixture, 2)
        };
        // The same mail again is refused, because its recipient is cooling down.
        for (attempt, wakes) in [
            (create(&fixture, 1), false),
            (mail.clone(), true),
            (mail, false),
        ] {
            let admitted = ledger.admit(Arc::from([attempt])).await;
            admitted.expect("judged");
            let woken = queued.notified().now_or_never().is_some();
            assert_eq!(woken, wakes);
        }
    }

    #[tokio::test]
    async fn a_failed_message_wakes_the_fallbacks_and_no_other_outcome_does() {
        let store = Arc::new(MemoryStore::default());
        let fixture = Fixture::with_credits(store, 5).await;
        let failed = Arc::new(Notify::new());
        let ledger = WakingLedger {
            ledger: fixture.store.clone(),
            queued: Arc::default(),
            failed: Arc::clone(&failed),
        };
        let attempt = create(&fixture, 1);
        ledger
            .admit(Arc::from([attempt.clone()]))
            .await
            .expect("judged");
        for (outcome, wakes) in [(Outcome::Unknown, false), (Outcome::Expired, true)] {
            let settlement = Settlement {
                message_id: attempt.message_id,
                account_id: attempt.account_id,
                outcome,
                provider_time: None,
                at: fixture.clock.now(),
            };
            ledger
                .settle(Arc::from([settlement]))
                .await
                .expect("settled");
            let woken = failed.notified().now_or_never().is_some();
            assert_eq!(woken, wakes);
        }
    }
}
