//! Erasure in memory.

use async_trait::async_trait;
use otp_core::opt_out::consent::Recipient;
use otp_core::ports::{Erasure, PortError};

use super::{MemoryStore, StoredMessage};

#[async_trait]
impl Erasure for MemoryStore {
    async fn erase_recipient(&self, (account, index): Recipient) -> Result<usize, PortError> {
        let mut state = self.state();
        state
            .identities
            .retain(|(of, _), (recipient, _)| (*of, *recipient) != (account, index));
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
