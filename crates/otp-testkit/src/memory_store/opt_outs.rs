//! Opt-outs and the consent log in memory.

use std::sync::Arc;

use async_trait::async_trait;
use otp_core::ids::AccountId;
use otp_core::opt_out::consent::{self, ConsentEntry, ConsentFacts, OptOut, Recipient};
use otp_core::opt_out::resolution::WishFacts;
use otp_core::opt_out::{InboundWish, Wish};
use otp_core::ports::{OptOuts, PortError};
use otp_core::sealing::{RecipientIndex, Sealed};
use otp_core::time::Timestamp;

use super::{MemoryStore, State, conflict};

#[async_trait]
impl OptOuts for MemoryStore {
    async fn load_wish_facts(&self, wishes: &[InboundWish]) -> Result<WishFacts, PortError> {
        let state = self.state();
        let mut facts = WishFacts {
            identities: state.identities.clone(),
            ..WishFacts::default()
        };
        for sender in &state.senders {
            let number = sender.phone_number_id.clone();
            let accounts = facts.accounts.entry(number).or_default();
            accounts.insert(sender.account_id);
        }
        for stored in state.messages.values() {
            if let Some(id) = &stored.message.provider_message_id {
                let recipient = (stored.message.account_id, stored.recipient_index);
                facts.contexts.insert(id.index, recipient);
            }
        }
        for recipient in facts.candidates(wishes) {
            if let Some(sealed) = state.sealed(recipient) {
                facts.recipients.insert(recipient, sealed);
            }
        }
        Ok(facts)
    }

    async fn record_consent(&self, entries: Arc<[ConsentEntry]>) -> Result<(), PortError> {
        let mut state = self.state();
        let exists = |entry: &ConsentEntry| state.accounts.iter().any(|a| a.id == entry.account_id);
        if !entries.iter().all(exists) {
            return Err(conflict("no account has that id"));
        }
        let logged = state.consent_log.iter();
        let facts = ConsentFacts {
            last: state.last_wishes.clone(),
            logged: logged.filter_map(|e| Some((e.of(), e.message?))).collect(),
        };
        let judged = consent::judge(&entries, facts);
        state.consent_log.extend(judged.entries);
        state.last_wishes.extend(judged.last);
        Ok(())
    }

    async fn list_opt_outs(&self, account: AccountId) -> Result<Vec<OptOut>, PortError> {
        let state = self.state();
        let stopped = state.last_wishes.iter().filter(|((of, _), last)| {
            let stopped = last.wish == Wish::Stop;
            stopped && *of == account
        });
        let mut listed: Vec<_> = stopped
            .map(|(recipient, last)| OptOut {
                recipient_index: recipient.1,
                recipient: state.logged_number(*recipient),
                since: last.at,
            })
            .collect();
        listed.sort_by_key(|row| (std::cmp::Reverse(row.since), row.recipient_index));
        Ok(listed)
    }

    async fn consent_log(
        &self,
        account: AccountId,
        recipient: Option<RecipientIndex>,
    ) -> Result<Vec<ConsentEntry>, PortError> {
        let state = self.state();
        let of_account = state.consent_log.iter().filter(|e| e.account_id == account);
        let of_recipient =
            of_account.filter(|e| recipient.is_none_or(|index| e.recipient_index == index));
        Ok(of_recipient.cloned().collect())
    }

    async fn keep_unresolved(&self, wishes: &[InboundWish]) -> Result<(), PortError> {
        let mut state = self.state();
        for wish in wishes {
            if !state.unresolved.iter().any(|kept| same(kept, wish)) {
                state.unresolved.push(wish.clone());
            }
        }
        Ok(())
    }

    async fn list_unresolved(&self) -> Result<Vec<InboundWish>, PortError> {
        Ok(self.state().unresolved.clone())
    }

    async fn forget_unresolved(
        &self,
        wishes: &[InboundWish],
        before: Timestamp,
        most: usize,
    ) -> Result<usize, PortError> {
        let unresolved = &mut self.state().unresolved;
        unresolved.retain(|kept| !wishes.iter().any(|wish| same(kept, wish)));
        let given = unresolved.len();
        unresolved.retain(|kept| kept.received_at >= before);
        let too_many = unresolved.len().saturating_sub(most);
        unresolved.drain(..too_many);
        Ok(given - unresolved.len())
    }
}

impl State {
    /// The number as the latest message that did not fail has it.
    fn sealed(&self, (account, index): Recipient) -> Option<Sealed> {
        let sends = self.messages.values().filter(|stored| {
            stored.message.account_id == account
                && stored.recipient_index == index
                && stored.message.failed_at.is_none()
        });
        let latest = sends.max_by_key(|stored| stored.message.created_at)?;
        Some(latest.message.recipient.clone())
    }

    fn logged_number(&self, recipient: Recipient) -> Option<Sealed> {
        let mut entries = self.consent_log.iter().rev();
        entries.find_map(|e| e.recipient.clone().filter(|_| e.of() == recipient))
    }
}

fn same(one: &InboundWish, other: &InboundWish) -> bool {
    one.message == other.message
}
