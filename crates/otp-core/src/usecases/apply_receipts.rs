//! Apply receipts: what the provider reports changes the messages it is about.
//!
//! The provider is acknowledged after this returned `Ok`: whatever it reported is then durable, as a
//! change of its message or, if that is not known yet, as it came. Receipts come in any order and more
//! than once; a status that only moves forward makes that harmless.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ports::{PortError, Receipts, SendLedger};
use crate::receipt::{DeliveryReceipt, LocatedMessage};
use crate::send::Settlement;

/// Applies receipts.
#[derive(Clone)]
pub struct ApplyReceipts {
    receipts: Arc<dyn Receipts>,
    ledger: Arc<dyn SendLedger>,
}

impl ApplyReceipts {
    /// A use case over these ports.
    pub fn new(receipts: Arc<dyn Receipts>, ledger: Arc<dyn SendLedger>) -> Self {
        Self { receipts, ledger }
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
