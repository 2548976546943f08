//! Expire pending messages: fails messages that are still `Pending` after their lifetime and refunds
//! their credits, and applies kept receipts whose message has become known.
//!
//! Any process may do this at any time: settling is idempotent, and a message that is no longer
//! `Pending` is left as it is.

use std::sync::Arc;
use std::time::Duration;

use crate::ports::{Clock, PortError};
use crate::send::{Outcome, Settlement};
use crate::time::Timestamp;
use crate::usecases::apply_receipts::{ApplyReceipts, settle_by_account};

/// How long receipts of unknown messages are kept: as long as the provider repeats them, seven days.
pub const UNMATCHED_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The number of messages or receipts processed at a time.
const BATCH: usize = 500;

/// How far the first round looks back for expired messages: after an outage of more than a month, older
/// ones are left to an operator.
const MAX_ABSENCE: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// How far each round overlaps the one before: another process's clock may be behind, and a
/// transaction that inserted a message may have been slow.
const OVERLAP: Duration = Duration::from_secs(5 * 60);

/// Expires messages and applies kept receipts, round by round.
pub struct ExpirePendingMessages {
    /// Applies receipts; its ports also find the expired messages.
    apply: ApplyReceipts,
    clock: Arc<dyn Clock>,
    /// Every message that expired by this time is settled.
    settled_until: Option<Timestamp>,
}

/// The result of one round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExpiryRound {
    /// The number of pending messages whose lifetime was over.
    pub expired: usize,
    /// The number of kept receipts that found their message.
    pub matched: usize,
}

impl ExpirePendingMessages {
    /// Creates the use case. Its first round looks back a month.
    pub fn new(apply: ApplyReceipts, clock: Arc<dyn Clock>) -> Self {
        Self {
            apply,
            clock,
            settled_until: None,
        }
    }

    /// Runs one round. Kept receipts come first, so that no message fails although its receipt is stored.
    pub async fn execute(&mut self) -> Result<ExpiryRound, PortError> {
        let matched = self.apply_kept_receipts().await?;
        let expired = self.fail_expired().await?;
        Ok(ExpiryRound { expired, matched })
    }

    async fn apply_kept_receipts(&self) -> Result<usize, PortError> {
        let kept = self.apply.receipts.list_unmatched(BATCH).await?;
        let opened: Vec<_> = kept
            .iter()
            .map(|receipt| receipt.open(&self.apply.installation))
            .collect();
        let unmatched = self.apply.apply(&opened).await?;
        let is_matched = |position: &usize| !unmatched.contains(position);
        let matched: Vec<_> = (0..kept.len())
            .filter(is_matched)
            .map(|position| kept[position].clone())
            .collect();
        let too_old = self.clock.now() - UNMATCHED_LIFETIME;
        self.apply
            .receipts
            .forget_unmatched(&matched, too_old)
            .await?;
        Ok(matched.len())
    }

    async fn fail_expired(&mut self) -> Result<usize, PortError> {
        let now = self.clock.now();
        let after = self
            .settled_until
            .map_or(now - MAX_ABSENCE, |until| until - OVERLAP);
        let mut total = 0;
        loop {
            let expired = self.apply.receipts.list_expired(after, now, BATCH).await?;
            let found = expired.len();
            let settlements = expired.into_iter().map(|message| Settlement {
                message_id: message.message_id,
                account_id: message.account_id,
                outcome: Outcome::Expired,
                provider_time: None,
                at: now,
            });
            settle_by_account(&*self.apply.ledger, settlements.collect()).await?;
            total += found;
            // The settled messages are no longer `Pending`, so the next page is the first one again.
            if found < BATCH {
                self.settled_until = Some(now);
                return Ok(total);
            }
        }
    }
}
