//! Remembers that the storage is full, until it has room again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use otp_core::ids::{AccountId, VerificationId};
use otp_core::ports::{ConnectionUse, PortError, SendLedger, StorageHealth, VerificationLedger};
use otp_core::send::{Admission, SendAttempt, Settlement};
use otp_core::time::Timestamp;
use otp_core::verification::check::{CheckAttempt, CheckVerdict, Uncancelable};

/// Watches whether sends and checks are refused for want of space, and reports it as the health of the
/// storage.
///
/// While they are, each check of the health tries to write. So the storage is healthy again as soon as it
/// has room, also if no send comes because nobody sends to a gateway that is not ready.
pub struct SpaceWatch {
    ledger: Arc<dyn SendLedger>,
    checks: Arc<dyn VerificationLedger>,
    health: Arc<dyn StorageHealth>,
    full: AtomicBool,
}

impl SpaceWatch {
    /// Watches the ledgers of sends and checks, whose storage has this `health`.
    pub fn new(
        ledger: Arc<dyn SendLedger>,
        checks: Arc<dyn VerificationLedger>,
        health: Arc<dyn StorageHealth>,
    ) -> Self {
        Self {
            ledger,
            checks,
            health,
            full: AtomicBool::new(false),
        }
    }

    fn watched<T>(&self, written: Result<T, PortError>) -> Result<T, PortError> {
        if let Err(error) = &written
            && error.is_out_of_space()
        {
            self.full.store(true, Ordering::Relaxed);
        }
        written
    }
}

#[async_trait]
impl SendLedger for SpaceWatch {
    async fn admit(&self, attempts: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        self.watched(self.ledger.admit(attempts).await)
    }

    async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), PortError> {
        self.watched(self.ledger.settle(settlements).await)
    }
}

#[async_trait]
impl VerificationLedger for SpaceWatch {
    async fn check_codes(
        &self,
        checks: Arc<[CheckAttempt]>,
    ) -> Result<Vec<CheckVerdict>, PortError> {
        self.watched(self.checks.check_codes(checks).await)
    }

    async fn cancel_verification(
        &self,
        account: AccountId,
        verification: VerificationId,
        at: Timestamp,
    ) -> Result<Result<(), Uncancelable>, PortError> {
        let canceled = self.checks.cancel_verification(account, verification, at);
        self.watched(canceled.await)
    }

    async fn expire_verifications(&self, now: Timestamp, most: usize) -> Result<usize, PortError> {
        self.watched(self.checks.expire_verifications(now, most).await)
    }
}

#[async_trait]
impl StorageHealth for SpaceWatch {
    async fn check(&self) -> Result<(), PortError> {
        self.health.check().await?;
        if self.full.load(Ordering::Relaxed) {
            match self.health.check_space().await {
                // If the storage does not let this program check, the next send will show.
                Ok(())
                | Err(PortError::Backend(_) | PortError::Conflict(_) | PortError::Locked(_)) => {}
                Err(error @ PortError::Unavailable(_)) => return Err(error),
            }
            self.full.store(false, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn check_space(&self) -> Result<(), PortError> {
        self.health.check_space().await
    }

    fn connection_use(&self) -> ConnectionUse {
        self.health.connection_use()
    }
}
