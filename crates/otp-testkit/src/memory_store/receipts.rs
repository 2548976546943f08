//! Receipts and expiry in memory.

use async_trait::async_trait;
use otp_core::channel::whatsapp::Sender;
use otp_core::message::{ExpiryPosition, MessageStatus, PendingMessage};
use otp_core::ports::{PortError, Receipts};
use otp_core::receipt::{
    LocatedMessage, MessageReference, ReceiptFacts, ReportedMessage, UnmatchedReceipt,
};
use otp_core::time::Timestamp;

use super::{MemoryStore, State, StoredMessage};

#[async_trait]
impl Receipts for MemoryStore {
    async fn locate(
        &self,
        references: &[MessageReference],
    ) -> Result<Vec<ReceiptFacts>, PortError> {
        let state = self.state();
        Ok(references
            .iter()
            .map(|reference| state.locate(reference))
            .collect())
    }

    async fn keep_unmatched(&self, receipts: &[UnmatchedReceipt]) -> Result<(), PortError> {
        let mut state = self.state();
        for receipt in receipts {
            if !state.unmatched.iter().any(|kept| same(kept, receipt)) {
                state.unmatched.push(receipt.clone());
            }
        }
        Ok(())
    }

    async fn list_unmatched(&self, limit: usize) -> Result<Vec<UnmatchedReceipt>, PortError> {
        let unmatched = &self.state().unmatched;
        let hidden = unmatched.len().saturating_sub(limit);
        Ok(unmatched.iter().skip(hidden).cloned().collect())
    }

    async fn forget_unmatched(
        &self,
        receipts: &[UnmatchedReceipt],
        before: Timestamp,
    ) -> Result<(), PortError> {
        self.state().unmatched.retain(|kept| {
            kept.received_at >= before && !receipts.iter().any(|receipt| same(kept, receipt))
        });
        Ok(())
    }

    async fn list_expired(
        &self,
        after: ExpiryPosition,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<PendingMessage>, PortError> {
        let state = self.state();
        let mut expired: Vec<_> = state
            .messages
            .values()
            .filter(|stored| stored.message.status == MessageStatus::Pending)
            .map(pending)
            .filter(|pending| pending.position > after && pending.position.expires_at <= until)
            .collect();
        expired.sort_by_key(|pending| pending.position);
        expired.truncate(limit);
        Ok(expired)
    }
}

impl State {
    fn locate(&self, reference: &MessageReference) -> ReceiptFacts {
        let by_our_id = reference.message_id.and_then(|id| self.messages.get(&id));
        let by_providers = || {
            self.messages.values().find(|stored| {
                let id = stored.message.provider_message_id.as_ref();
                id.is_some_and(|id| id.index == reference.provider_index)
            })
        };
        let Some(stored) = by_our_id.or_else(by_providers) else {
            let is_ours = |sender: &Sender| sender.phone_number_id == reference.phone_number_id;
            return ReceiptFacts::Unknown {
                is_our_number: self.every_sender().any(is_ours),
            };
        };
        let sender = stored.routed_to.whatsapp().and_then(|route| {
            let mut senders = self.every_sender();
            senders.find(|sender| sender.id == route.sender_id)
        });
        let provider_id = stored.message.provider_message_id.as_ref();
        ReceiptFacts::Known(ReportedMessage {
            message: located(stored),
            phone_number_id: sender.map(|sender| sender.phone_number_id.clone()),
            provider_index: provider_id.map(|id| id.index),
        })
    }
}

fn located(stored: &StoredMessage) -> LocatedMessage {
    LocatedMessage {
        message_id: stored.message.id,
        account_id: stored.message.account_id,
    }
}

fn pending(stored: &StoredMessage) -> PendingMessage {
    PendingMessage {
        position: ExpiryPosition {
            expires_at: stored.expires_at,
            message_id: stored.message.id,
        },
        account_id: stored.message.account_id,
        created_at: stored.message.created_at,
    }
}

fn same(one: &UnmatchedReceipt, other: &UnmatchedReceipt) -> bool {
    one.reference.provider_index == other.reference.provider_index
        && one.report.code() == other.report.code()
        && one.provider_time == other.provider_time
}
