//! Apply receipts: what the provider reports changes the messages it is about.
//!
//! The provider is acknowledged after this returned `Ok`: whatever it reported is then durable, as a
//! change of its message or, if that is not known yet, as it came. Receipts come in any order and more
//! than once; a status that only moves forward makes that harmless.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ids::MessageId;
use crate::opt_out::resolution::KnownIdentity;
use crate::ports::{PortError, Receipts, RecipientIdentities, SendLedger};
use crate::receipt::{DeliveryReceipt, LocatedMessage};
use crate::sealing::IdentityIndex;
use crate::send::Settlement;

/// Applies receipts.
#[derive(Clone)]
pub struct ApplyReceipts {
    receipts: Arc<dyn Receipts>,
    ledger: Arc<dyn SendLedger>,
    identities: Arc<dyn RecipientIdentities>,
}

impl ApplyReceipts {
    /// A use case over these ports.
    pub fn new(
        receipts: Arc<dyn Receipts>,
        ledger: Arc<dyn SendLedger>,
        identities: Arc<dyn RecipientIdentities>,
    ) -> Self {
        Self {
            receipts,
            ledger,
            identities,
        }
    }

    /// Applies receipts in their order. Those of messages that are not known are kept.
    pub async fn execute(&self, receipts: Vec<DeliveryReceipt>) -> Result<(), PortError> {
        let unmatched = self.apply(receipts).await?;
        if !unmatched.is_empty() {
            self.receipts.keep_unmatched(&unmatched).await?;
        }
        Ok(())
    }

    /// Applies those receipts whose message is known; returns the others.
    pub(super) async fn apply(
        &self,
        receipts: Vec<DeliveryReceipt>,
    ) -> Result<Vec<DeliveryReceipt>, PortError> {
        let references: Vec<_> = receipts.iter().map(|receipt| receipt.reference).collect();
        if references.is_empty() {
            return Ok(receipts);
        }
        let located = self.receipts.locate(&references).await?;
        self.learn_identities(&receipts, &located).await?;
        let mut unmatched = Vec::new();
        let mut settlements = Vec::new();
        for (receipt, located) in receipts.into_iter().zip(located) {
            match located {
                Some(LocatedMessage {
                    message_id,
                    account_id,
                }) => settlements.push(Settlement {
                    message_id,
                    account_id,
                    outcome: receipt.report.outcome(),
                    provider_time: Some(receipt.provider_time),
                    at: receipt.received_at,
                }),
                None => unmatched.push(receipt),
            }
        }
        settle_by_account(&*self.ledger, settlements).await?;
        Ok(unmatched)
    }

    /// Remembers by what the provider knows the recipients: one day one of them is known by that alone.
    /// Nearly always it is known already, and nothing is written.
    async fn learn_identities(
        &self,
        receipts: &[DeliveryReceipt],
        located: &[Option<LocatedMessage>],
    ) -> Result<(), PortError> {
        // In a set: what one delivery says of a recipient, it says with each of its receipts.
        let mut seen = std::collections::BTreeMap::<(MessageId, IdentityIndex), _>::new();
        for (receipt, located) in receipts.iter().zip(located) {
            let Some(located) = located else { continue };
            for identity in receipt.recipient.iter() {
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

/// Settles account by account, one batch each: an account's batches take the lane of that account, so
/// that they never wait for the locks of another.
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
