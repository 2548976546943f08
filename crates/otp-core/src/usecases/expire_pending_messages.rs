//! Expire pending messages: fails messages that are still `Pending` after their lifetime and refunds
//! their credits, and applies kept receipts whose message has become known.
//!
//! Any process may do this at any time: settling is idempotent, and a message that is no longer
//! `Pending` is left as it is.

use std::sync::Arc;
use std::time::Duration;

use crate::message::{ExpiryPosition, PendingMessage};
use crate::ports::{Clock, PortError};
use crate::receipt::DroppedReceipts;
use crate::send::{Outcome, Settlement};
use crate::time::{ClockJumps, Timestamp};
use crate::usecases::apply_receipts::{ApplyReceipts, FailedAccounts, settle_by_account};

/// How long receipts of unknown messages are kept: as long as the provider repeats them, seven days.
const UNMATCHED_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The number of messages or receipts processed at a time.
const BATCH: usize = 500;

/// How often a search begins with the oldest pending message. The searches between begin where the last
/// one ended, because a store may keep traces of decided messages for a while.
const FULL_SEARCH_PERIOD: Duration = Duration::from_secs(60);

/// How far each search overlaps the one before: a transaction that inserted a message may have been slow.
const OVERLAP: Duration = Duration::from_secs(30);

/// Expires messages and applies kept receipts, round by round.
pub struct ExpirePendingMessages {
    /// Applies receipts; its ports also find the expired messages.
    apply: ApplyReceipts,
    clock: Arc<dyn Clock>,
    jumps: ClockJumps,
    /// The time of the last search that succeeded.
    searched_until: Option<Timestamp>,
    /// When the next full search is due, in monotonic time.
    full_search_at: Duration,
}

/// The result of one round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExpiryRound {
    /// The number of pending messages whose lifetime was over.
    pub expired: usize,
    /// The number of kept receipts that found their message.
    pub matched: usize,
    /// The numbers of kept receipts that were dropped.
    pub dropped: DroppedReceipts,
    /// Whether all pending messages were searched, so that none is left whose lifetime is over.
    pub searched_all: bool,
}

impl ExpirePendingMessages {
    /// Creates the use case. Its first round searches all pending messages.
    pub fn new(apply: ApplyReceipts, clock: Arc<dyn Clock>) -> Self {
        Self {
            apply,
            clock,
            jumps: ClockJumps::default(),
            searched_until: None,
            full_search_at: Duration::ZERO,
        }
    }

    /// Runs one round. Kept receipts come first, so that no message fails although its receipt is stored.
    ///
    /// If settling one account fails, the round settles the others and then returns the error. The next full
    /// search, within a minute, finds that account's messages again.
    pub async fn execute(&mut self) -> Result<ExpiryRound, PortError> {
        let now = self.clock.now();
        let monotonic = self.clock.monotonic();
        self.jumps.observe(now, monotonic);
        let is_full = monotonic >= self.full_search_at;
        let round = self.round(now, is_full).await;
        self.full_search_at = match &round {
            // A full search that fails has to leave time for others.
            _ if is_full => monotonic + FULL_SEARCH_PERIOD,
            Err(PortError::Unavailable(_)) => monotonic,
            Ok(_) | Err(PortError::Conflict(_) | PortError::Locked(_) | PortError::Backend(_)) => {
                self.full_search_at
            }
        };
        let (round, held) = round?;
        if held {
            self.full_search_at = monotonic;
        }
        Ok(round)
    }

    /// Runs one round. Returns also whether it held back messages, which only a full search finds again.
    async fn round(
        &mut self,
        now: Timestamp,
        searched_all: bool,
    ) -> Result<(ExpiryRound, bool), PortError> {
        let kept = self.apply_kept_receipts(now).await?;
        let after = if searched_all {
            Timestamp::from_unix_millis(0)
        } else {
            // The clock may have gone back since the last search.
            self.searched_until.map_or(now, |until| until.min(now)) - OVERLAP
        };
        let search = self.fail_expired(after, now).await?;
        kept.failed.into_result()?;
        search.failed.into_result()?;
        let round = ExpiryRound {
            expired: search.expired,
            matched: kept.matched,
            dropped: kept.dropped,
            searched_all,
        };
        Ok((round, search.held))
    }

    async fn apply_kept_receipts(&self, now: Timestamp) -> Result<KeptReceipts, PortError> {
        let kept = self.apply.receipts.list_unmatched(BATCH).await?;
        let opened: Vec<_> = kept
            .iter()
            .map(|receipt| receipt.open(&self.apply.installation))
            .collect();
        let applied = self.apply.apply(&opened).await?;
        let ended = applied.ended.iter();
        let ended: Vec<_> = ended.map(|position| kept[*position].clone()).collect();
        let too_old = now - UNMATCHED_LIFETIME;
        self.apply
            .receipts
            .forget_unmatched(&ended, too_old)
            .await?;
        Ok(KeptReceipts {
            matched: ended.len() - applied.dropped.total(),
            dropped: applied.dropped,
            failed: applied.failed,
        })
    }

    /// Fails the messages whose lifetime ended after `after`, page by page.
    async fn fail_expired(
        &mut self,
        after: Timestamp,
        now: Timestamp,
    ) -> Result<Search, PortError> {
        let mut search = Search::default();
        let mut after = ExpiryPosition::before(after);
        loop {
            let page = self.apply.receipts.list_expired(after, now, BATCH).await?;
            let has_ended = |pending: &&PendingMessage| self.has_ended(pending, now);
            let (ended, held): (Vec<&PendingMessage>, Vec<_>) = page.iter().partition(has_ended);
            search.held |= !held.is_empty();
            let failed = &search.failed.accounts;
            let ended = ended.into_iter();
            let ended = ended.filter(|pending| !failed.contains(&pending.account_id));
            let settlements: Vec<_> = ended.map(|pending| expire(pending, now)).collect();
            search.expired += settlements.len();
            let failed = settle_by_account(&*self.apply.ledger, settlements).await?;
            search.failed.extend(failed);
            match page.last() {
                Some(last) if page.len() == BATCH => after = last.position,
                Some(_) | None => break,
            }
        }
        self.searched_until = Some(now);
        Ok(search)
    }

    /// Returns whether the lifetime of a message is over, by the time that has really passed.
    fn has_ended(&self, pending: &PendingMessage, now: Timestamp) -> bool {
        pending.position.expires_at + self.jumps.since(pending.created_at) <= now
    }
}

/// The fates of kept receipts.
struct KeptReceipts {
    matched: usize,
    dropped: DroppedReceipts,
    failed: FailedAccounts,
}

/// The result of one search.
#[derive(Default)]
struct Search {
    expired: usize,
    failed: FailedAccounts,
    /// Whether it found messages that only seem to have ended, because the clock jumped.
    held: bool,
}

fn expire(pending: &PendingMessage, now: Timestamp) -> Settlement {
    Settlement {
        message_id: pending.position.message_id,
        account_id: pending.account_id,
        outcome: Outcome::Expired,
        provider_time: None,
        at: now,
    }
}
