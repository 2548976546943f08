//! Apply receipts: updates messages with what the provider reports about them.
//!
//! The provider is acknowledged only after this has returned `Ok`. By then every receipt is durable: as
//! a change of its message or, if the message is not known yet, in the form it arrived in. Receipts
//! arrive in any order and more than once; this is harmless, because a status only moves forward.
//! A receipt that is not about the message that it names is dropped and counted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ids::{AccountId, MessageId};
use crate::ports::{PortError, Randomness, Receipts, RecipientIdentities, SendLedger};
use crate::receipt::{DeliveryReceipt, DroppedReceipts, LocatedMessage, ReceiptVerdict};
use crate::recipient_identity::KnownIdentity;
use crate::sealing::{IdentityIndex, InstallationSealer};
use crate::send::Settlement;
use crate::usecases::account_sealers::AccountSealers;

/// Applies receipts.
#[derive(Clone)]
pub struct ApplyReceipts {
    /// Finds the messages, and keeps the receipts that match none yet.
    pub receipts: Arc<dyn Receipts>,
    /// Settles the messages.
    pub ledger: Arc<dyn SendLedger>,
    /// Stores the provider's identities of recipients.
    pub identities: Arc<dyn RecipientIdentities>,
    /// Indexes those identities for each account.
    pub sealers: AccountSealers,
    /// Seals those identities while the account is not known.
    pub installation: Arc<InstallationSealer>,
    /// Generates nonces.
    pub randomness: Arc<dyn Randomness>,
}

impl ApplyReceipts {
    /// Applies receipts in their order, keeps those whose message is not known yet, and returns the
    /// numbers of those that were dropped.
    pub async fn execute(
        &self,
        receipts: Vec<DeliveryReceipt>,
    ) -> Result<DroppedReceipts, PortError> {
        let applied = self.apply(&receipts).await?;
        if !applied.unmatched.is_empty() {
            let seal = |index: usize| receipts[index].seal(&self.installation, &*self.randomness);
            let sealed: Vec<_> = applied.unmatched.into_iter().map(seal).collect();
            self.receipts.keep_unmatched(&sealed).await?;
        }
        applied.failed.into_result()?;
        Ok(applied.dropped)
    }

    /// Applies those receipts whose message is known.
    pub(super) async fn apply(&self, receipts: &[DeliveryReceipt]) -> Result<Applied, PortError> {
        let references: Vec<_> = receipts.iter().map(|r| r.reference.clone()).collect();
        let mut applied = Applied::default();
        if references.is_empty() {
            return Ok(applied);
        }
        let facts = self.receipts.locate(&references).await?;
        let mut matched = Vec::new();
        for (position, (receipt, facts)) in receipts.iter().zip(&facts).enumerate() {
            match receipt.reference.judge(facts) {
                ReceiptVerdict::Settle(message) => matched.push((position, receipt, message)),
                ReceiptVerdict::Keep => applied.unmatched.push(position),
                ReceiptVerdict::Drop(reason) => {
                    applied.dropped.add(reason);
                    applied.ended.push(position);
                }
            }
        }
        applied.failed = self.learn_identities(&matched).await?;
        let failed = &applied.failed.accounts;
        let readable = matched
            .iter()
            .filter(|(_, _, message)| !failed.contains(&message.account_id));
        let settlements = readable.map(|(_, receipt, message)| Settlement {
            message_id: message.message_id,
            account_id: message.account_id,
            outcome: receipt.report.clone().outcome(),
            provider_time: Some(receipt.provider_time),
            at: receipt.received_at,
        });
        let failed = settle_by_account(&*self.ledger, settlements.collect()).await?;
        applied.failed.extend(failed);
        let failed = &applied.failed.accounts;
        let settled = matched
            .iter()
            .filter(|(_, _, message)| !failed.contains(&message.account_id));
        applied
            .ended
            .extend(settled.map(|(position, _, _)| *position));
        Ok(applied)
    }

    /// Stores the provider's identities of the recipients, and returns the accounts whose key cannot be
    /// opened. They are passed over.
    ///
    /// A later consent request may name its sender by such an identity alone. Nearly always the identity
    /// is already stored, and nothing is written.
    async fn learn_identities(
        &self,
        matched: &[(usize, &DeliveryReceipt, LocatedMessage)],
    ) -> Result<FailedAccounts, PortError> {
        let mut failed = FailedAccounts::default();
        let mut sealers = BTreeMap::new();
        for (_, receipt, message) in matched {
            let account = message.account_id;
            if receipt.recipient.is_empty() || sealers.contains_key(&account) {
                continue;
            }
            let sealer = self.sealers.find(account).await;
            sealers.insert(account, failed.pass_over(account, sealer)?.flatten());
        }
        // Deduplicated: one webhook call names a recipient with each of its receipts.
        let mut seen = BTreeMap::<(MessageId, IdentityIndex), _>::new();
        for (_, receipt, message) in matched {
            let Some(Some(sealer)) = sealers.get(&message.account_id) else {
                continue;
            };
            for identity in receipt.recipient.indexes(sealer) {
                let at = seen.entry((message.message_id, identity));
                let at = at.or_insert(receipt.provider_time);
                *at = receipt.provider_time.max(*at);
            }
        }
        if seen.is_empty() {
            return Ok(failed);
        }
        let asked: Vec<_> = seen.keys().copied().collect();
        let recalled = self.identities.recall(&asked).await?;
        let news = seen.iter().zip(recalled).filter_map(|(seen, recalled)| {
            let ((_, identity), seen_at) = seen;
            let recalled = recalled?;
            let new = KnownIdentity {
                account_id: recalled.account_id,
                identity: *identity,
                recipient_index: recalled.recipient_index,
                seen_at: *seen_at,
            };
            new.replaces(recalled.known).then_some(new)
        });
        let news: Vec<_> = news.collect();
        if !news.is_empty() {
            self.identities.remember(&news).await?;
        }
        Ok(failed)
    }
}

/// The fates of receipts, by their positions.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// Their message was settled, or they were dropped.
    pub(super) ended: Vec<usize>,
    /// The numbers of those that were dropped.
    pub(super) dropped: DroppedReceipts,
    /// Their message is not known yet.
    pub(super) unmatched: Vec<usize>,
    /// The accounts of all others.
    pub(super) failed: FailedAccounts,
}

/// Accounts that were passed over.
#[derive(Debug, Default)]
pub(super) struct FailedAccounts {
    pub(super) accounts: BTreeSet<AccountId>,
    /// The first one's error.
    error: Option<PortError>,
}

impl FailedAccounts {
    /// Adds those that failed after these.
    pub(super) fn extend(&mut self, later: Self) {
        self.accounts.extend(later.accounts);
        self.error = self.error.take().or(later.error);
    }

    /// Returns what was done for an account, or `None` if that failed for this account: then it is among
    /// these from now on. A store that is not available is an error at once, because nothing could be done
    /// for any other account either.
    fn pass_over<T>(
        &mut self,
        account: AccountId,
        done: Result<T, PortError>,
    ) -> Result<Option<T>, PortError> {
        match done {
            Ok(done) => Ok(Some(done)),
            Err(error @ PortError::Unavailable(_)) => Err(error),
            Err(
                error @ (PortError::Conflict(_) | PortError::Locked(_) | PortError::Backend(_)),
            ) => {
                self.extend(Self {
                    accounts: BTreeSet::from([account]),
                    error: Some(error),
                });
                Ok(None)
            }
        }
    }

    pub(super) fn into_result(self) -> Result<(), PortError> {
        self.error.map_or(Ok(()), Err)
    }
}

/// Settles account by account, with one call for each account, and returns the accounts that failed.
///
/// Such a call locks its own account only, and a queue in front of the store counts it against the
/// right account. An account that cannot be settled is passed over.
pub(super) async fn settle_by_account(
    ledger: &dyn SendLedger,
    settlements: Vec<Settlement>,
) -> Result<FailedAccounts, PortError> {
    let mut by_account = BTreeMap::<_, Vec<_>>::new();
    for settlement in settlements {
        let account = by_account.entry(settlement.account_id).or_default();
        account.push(settlement);
    }
    let mut failed = FailedAccounts::default();
    for (account, settlements) in by_account {
        let settled = ledger.settle(Arc::from(settlements)).await;
        failed.pass_over(account, settled)?;
    }
    Ok(failed)
}
