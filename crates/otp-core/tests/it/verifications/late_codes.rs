//! A code is handed over only while it is valid, however long the provider or the store takes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use otp_core::message::MessageStatus;
use otp_core::ports::{Clock, PortError, SendError, SendLedger, Storage};
use otp_core::send::{Admission, SendAttempt, Settlement};
use otp_core::usecases::resend_verification::ResendVerificationError;
use otp_core::usecases::send_message::SendMessageError;
use otp_testkit::ManualClock;
use otp_testkit::sender::{accepted, refusal};

use super::Verifier;

/// A ledger whose admissions take a second.
struct Slow {
    store: Arc<dyn Storage>,
    clock: Arc<ManualClock>,
}

#[async_trait]
impl SendLedger for Slow {
    async fn admit(&self, attempts: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        self.clock.sleep(Duration::from_secs(1)).await;
        self.store.admit(attempts).await
    }

    async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), PortError> {
        self.store.settle(settlements).await
    }
}

/// Asserts how often a code of 5 minutes is handed over that is sent again `after` seconds. If it is not handed
/// over again, that message costs nothing.
async fn assert_handed_over(verifier: &Verifier, after: u64, times: usize) {
    let id = verifier.created(1).await.id;
    verifier.advance(after);
    let resent = verifier.resend(id).await;
    assert_eq!(verifier.codes().len(), times);
    let statuses: Vec<_> = verifier
        .shown(id)
        .await
        .messages
        .iter()
        .map(|one| one.status)
        .collect();
    let is_refused = matches!(
        resent,
        Err(ResendVerificationError::Send(
            SendMessageError::RefusedByProvider { .. }
        ))
    );
    let (status, balance) = match is_refused {
        true => (MessageStatus::Failed, 9),
        false => (MessageStatus::Sent, 8),
    };
    assert_eq!(statuses, [MessageStatus::Sent, status], "{resent:?}");
    assert_eq!(verifier.world.fixture.balance().await, balance);
}

#[tokio::test]
async fn a_call_is_repeated_only_while_the_code_is_valid() {
    for (after, times) in [(290, 3), (297, 2)] {
        let verifier = Verifier::new().await;
        let provider = &verifier.world.provider;
        provider.then(Ok(accepted("wamid.first")));
        provider.then(Err(SendError::Retry {
            refusal: refusal(429, 131_056),
            after: Some(Duration::from_secs(4)),
        }));
        assert_handed_over(&verifier, after, times).await;
    }
}

#[tokio::test]
async fn a_code_that_expires_while_its_message_is_admitted_is_not_handed_over() {
    for (after, times) in [(297, 2), (298, 1)] {
        let mut verifier = Verifier::new().await;
        verifier.world.send_message.ledger = Arc::new(Slow {
            store: verifier.world.fixture.store.clone(),
            clock: verifier.world.fixture.clock.clone(),
        });
        // The creation takes a second, too.
        assert_handed_over(&verifier, after, times).await;
    }
}
