//! Erasure in memory.

use async_trait::async_trait;
use otp_core::opt_out::consent::Recipient;
use otp_core::ports::{Erasure, PortError};
use otp_core::verification::VerificationStatus;

use super::{MemoryStore, StoredMessage};

#[async_trait]
impl Erasure for MemoryStore {
    async fn erase_recipient(&self, (account, index): Recipient) -> Result<usize, PortError> {
        let mut state = self.state();
        state
            .identities
            .retain(|(of, _), (recipient, _)| (*of, *recipient) != (account, index));
        state
            .test_messages
            .retain(|message| (message.account_id, message.recipient_index) != (account, index));
        state
            .reviewer_numbers
            .retain(|number| (number.account_id, number.recipient_index) != (account, index));
        for stored in state.verified.verifications.values_mut() {
            let of = &mut stored.state;
            if (of.account_id, of.recipient_index) != (account, Some(index)) {
                continue;
            }
            (of.recipient_index, of.code_hash) = (None, None);
            (stored.recipient, stored.code, stored.metadata) = (None, None, None);
            stored.context = None;
            if of.status == VerificationStatus::Pending {
                of.status = VerificationStatus::Canceled;
            }
        }
        for check in &mut state.verified.checks {
            if (check.account_id, check.recipient_index) == (account, Some(index)) {
                check.recipient_index = None;
            }
        }
        for stored in state.verified.fallbacks.values_mut() {
            let of_account = stored.account_id == account;
            let steps = &mut stored.fallback.steps;
            steps.retain(|_, step| !(of_account && step.recipient_index == index));
        }
        let of_recipient = state.messages.values_mut().filter(|stored| {
            stored.message.account_id == account && stored.recipient_index == Some(index)
        });
        Ok(of_recipient.map(erase).count())
    }
}

fn erase(stored: &mut StoredMessage) {
    stored.recipient_index = None;
    let message = &mut stored.message;
    message.recipient = None;
    message.failure = None;
    if let Some(id) = &mut message.provider_message_id {
        id.sealed = None;
    }
    for event in &mut stored.events {
        event.failure = None;
    }
}
