//! Expire verifications: records the end of pending verifications and removes their codes.
//!
//! A code is refused from its last instant on, whether or not the end is recorded. What this adds is
//! that the sealed code leaves the database.

use std::sync::Arc;

use crate::ports::{Clock, PortError, VerificationLedger};

/// At most this many verifications in one transaction.
const BATCH: usize = 500;

/// Records the ends of verifications.
#[derive(Clone)]
pub struct ExpireVerifications {
    /// Finds and records them.
    pub ledger: Arc<dyn VerificationLedger>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ExpireVerifications {
    /// Records the ends that are due, at most one batch. Returns whether more may be due.
    pub async fn execute(&self) -> Result<bool, PortError> {
        let recorded = self
            .ledger
            .expire_verifications(self.clock.now(), BATCH)
            .await?;
        Ok(recorded == BATCH)
    }
}
