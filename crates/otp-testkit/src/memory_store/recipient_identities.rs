//! Identities in memory.

use std::collections::HashMap;

use async_trait::async_trait;
use otp_core::ids::{AccountId, MessageId};
use otp_core::ports::{PortError, Recalled, RecipientIdentities};
use otp_core::recipient_identity::KnownIdentity;
use otp_core::sealing::{IdentityIndex, RecipientIndex};
use otp_core::time::Timestamp;

use super::MemoryStore;

#[async_trait]
impl RecipientIdentities for MemoryStore {
    async fn recall(
        &self,
        asked: &[(MessageId, IdentityIndex)],
    ) -> Result<Vec<Option<Recalled>>, PortError> {
        let state = self.state();
        let recall = |(message, identity): &(MessageId, IdentityIndex)| {
            let stored = state.messages.get(message)?;
            let account_id = stored.message.account_id;
            Some(Recalled {
                account_id,
                recipient_index: stored.recipient_index?,
                known: state.identities.get(&(account_id, *identity)).copied(),
            })
        };
        Ok(asked.iter().map(recall).collect())
    }

    async fn find_identities(
        &self,
        wanted: &[(AccountId, IdentityIndex)],
    ) -> Result<HashMap<(AccountId, IdentityIndex), (RecipientIndex, Timestamp)>, PortError> {
        let state = self.state();
        let find = |key: &(AccountId, IdentityIndex)| Some((*key, *state.identities.get(key)?));
        Ok(wanted.iter().filter_map(find).collect())
    }

    async fn remember(&self, known: &[KnownIdentity]) -> Result<(), PortError> {
        let identities = &mut self.state().identities;
        for new in known {
            let place = identities.entry((new.account_id, new.identity));
            let seen = (new.recipient_index, new.seen_at);
            let stored = place.or_insert(seen);
            if stored.1 < new.seen_at {
                *stored = seen;
            }
        }
        Ok(())
    }
}
