//! Decide the undecided: what is still `Pending` after its lifetime becomes `Failed` and gives its
//! credits back; receipts that came before their message are applied once it is known.
//!
//! Every process may do this at any time: settling is idempotent, and a message that is not `Pending`
//! any more is left alone.

use std::sync::Arc;
use std::time::Duration;

use crate::ports::{Clock, PortError};
use crate::send::{Outcome, Settlement};
use crate::time::Timestamp;
use crate::usecases::apply_receipts::{ApplyReceipts, settle_by_account};

/// Receipts of unknown messages are kept for as long as the provider repeats them: seven days.
pub const UNMATCHED_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Messages or receipts dealt with at a time.
const BATCH: usize = 500;

/// Expired messages are looked for from this far back on after a start: a process that was away for
/// longer than a month leaves older ones to an operator.
const MAX_ABSENCE: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// Messages that expired this long ago are looked at again: another process's clock may be behind,
/// and a transaction that inserted one may have been slow.
const OVERLAP: Duration = Duration::from_secs(5 * 60);

/// Expires messages and applies kept receipts, round by round.
pub struct ExpirePendingMessages {
    /// Applies receipts; its ports find what has expired, too.
    apply: ApplyReceipts,
    clock: Arc<dyn Clock>,
    /// Everything that expired until then is settled.
    settled_until: Option<Timestamp>,
}

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExpiryRound {
    /// Messages that were looked at because their lifetime is over.
    pub expired: usize,
    /// Kept receipts that found their message.
    pub matched: usize,
}

impl ExpirePendingMessages {
    /// The first round looks back a month; see [`ExpirePendingMessages::execute`].
    pub fn new(apply: ApplyReceipts, clock: Arc<dyn Clock>) -> Self {
        Self {
            apply,
            clock,
            settled_until: None,
        }
    }

    /// One round: kept receipts first, so that a message is not failed for want of one that is there.
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
        let mut decided = 0;
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
            decided += found;
            // Those that were settled are not `Pending` any more, so the next page is the first.
            if found < BATCH {
                self.settled_until = Some(now);
                return Ok(decided);
            }
        }
    }
}
