//! Wakes the worker that hands queued messages over, so that a mail need not wait for its next round.

use std::sync::Arc;

use async_trait::async_trait;
use otp_core::ports::{PortError, SendLedger};
use otp_core::send::{Admission, SendAttempt, Settlement};
use tokio::sync::Notify;

/// A ledger that notifies when it has queued a message.
pub(crate) struct WakingLedger {
    pub(crate) ledger: Arc<dyn SendLedger>,
    pub(crate) queued: Arc<Notify>,
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
        self.ledger.settle(settlements).await
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use otp_core::channel::email;
    use otp_core::language::LanguageTag;
    use otp_core::send::RoutedTo;
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
}
