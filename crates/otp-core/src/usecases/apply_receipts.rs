//! Apply receipts: updates messages with what the provider reports about them.
//!
//! The provider is acknowledged only after this has returned `Ok`. By then every receipt is durable: as
//! a change of its message or, if the message is not known yet, in the form it arrived in. Receipts
//! arrive in any order and more than once; this is harmless, because a status only moves forward.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ids::MessageId;
use crate::ports::{PortError, Randomness, Receipts, RecipientIdentities, SendLedger};
use crate::receipt::{DeliveryReceipt, LocatedMessage};
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
    /// Applies receipts in their order, and keeps those whose message is not known yet.
    pub async fn execute(&self, receipts: Vec<DeliveryReceipt>) -> Result<(), PortError> {
        let unmatched = self.apply(&receipts).await?;
        if unmatched.is_empty() {
            return Ok(());
        }
        let seal = |index: usize| receipts[index].seal(&self.installation, &*self.randomness);
        let sealed: Vec<_> = unmatched.into_iter().map(seal).collect();
        self.receipts.keep_unmatched(&sealed).await
    }

    /// Applies those receipts whose message is known, and returns the positions of the others.
    pub(super) async fn apply(
        &self,
        receipts: &[DeliveryReceipt],
    ) -> Result<Vec<usize>, PortError> {
        let references: Vec<_> = receipts.iter().map(|receipt| receipt.reference).collect();
        if references.is_empty() {
            return Ok(Vec::new());
        }
        let located = self.receipts.locate(&references).await?;
        self.learn_identities(receipts, &located).await?;
        let mut unmatched = Vec::new();
        let mut settlements = Vec::new();
        for (position, (receipt, located)) in receipts.iter().zip(located).enumerate() {
            match located {
                Some(LocatedMessage {
                    message_id,
                    account_id,
                }) => settlements.push(Settlement {
                    message_id,
                    account_id,
                    outcome: receipt.report.clone().outcome(),
                    provider_time: Some(receipt.provider_time),
                    at: receipt.received_at,
                }),
                None => unmatched.push(position),
            }
        }
        settle_by_account(&*self.ledger, settlements).await?;
        Ok(unmatched)
    }

    /// Stores the provider's identities of the recipients.
    ///
    /// A later consent request may name its sender by such an identity alone. Nearly always the identity
    /// is already stored, and nothing is written.
    async fn learn_identities(
        &self,
        receipts: &[DeliveryReceipt],
        located: &[Option<LocatedMessage>],
    ) -> Result<(), PortError> {
        let mut sealers = BTreeMap::new();
        for (receipt, located) in receipts.iter().zip(located) {
            if let Some(located) = located
                && !receipt.recipient.is_empty()
                && !sealers.contains_key(&located.account_id)
            {
                let sealer = self.sealers.find(located.account_id).await?;
                sealers.insert(located.account_id, sealer);
            }
        }
        // Deduplicated: one webhook call names a recipient with each of its receipts.
        let mut seen = BTreeMap::<(MessageId, IdentityIndex), _>::new();
        for (receipt, located) in receipts.iter().zip(located) {
            let Some(located) = located else { continue };
            let Some(Some(sealer)) = sealers.get(&located.account_id) else {
                continue;
            };
            for identity in receipt.recipient.indexes(sealer) {
                let at = seen.entry((located.message_id, identity));
                let at = at.or_insert(receipt.provider_time);
                *at = receipt.provider_time.max(*at);
            }
        }
        if seen.is_empty() {
            return Ok(());
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
        if news.is_empty() {
            return Ok(());
        }
        self.identities.remember(&news).await
    }
}

/// Settles account by account, with one call for each account.
///
/// Such a call locks its own account only, and a queue in front of the store counts it against the
/// right account.
pub(super) async fn settle_by_account(
    ledger: &dyn SendLedger,
    settlements: Vec<Settlement>,
) -> Result<(), PortError> {
    let mut by_account = BTreeMap::<_, Vec<_>>::new();
    for settlement in settlements {
        let account = by_account.entry(settlement.account_id).or_default();
        account.push(settlement);
    }
    for settlements in by_account.into_values() {
        ledger.settle(Arc::from(settlements)).await?;
    }
    Ok(())
}
