//! Opt-outs and the consent log in memory.

use std::sync::Arc;

use async_trait::async_trait;
use otp_core::ids::AccountId;
use otp_core::opt_out::consent::{self, ConsentEntry, ConsentFacts, OptOut, Recipient};
use otp_core::opt_out::resolution::ResolutionFacts;
use otp_core::opt_out::{ConsentRequest, InboundConsent};
use otp_core::ports::{OptOuts, PortError};
use otp_core::sealing::{RecipientIndex, Sealed};
use otp_core::time::Timestamp;

use super::{MemoryStore, State, conflict};

#[async_trait]
impl OptOuts for MemoryStore {
    async fn load_resolution_facts(
        &self,
        requests: &[InboundConsent],
    ) -> Result<ResolutionFacts, PortError> {
        let state = self.state();
        let mut facts = ResolutionFacts {
            identities: state.identities.clone(),
            ..ResolutionFacts::default()
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
        for recipient in facts.candidates(requests) {
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
            last: state.last_requests.clone(),
            logged: logged.filter_map(|e| Some((e.of(), e.message?))).collect(),
        };
        let judged = consent::judge(&entries, facts);
        state.consent_log.extend(judged.entries);
        state.last_requests.extend(judged.last);
        Ok(())
    }

    async fn list_opt_outs(&self, account: AccountId) -> Result<Vec<OptOut>, PortError> {
        let state = self.state();
        let stopped = state.last_requests.iter().filter(|((of, _), last)| {
            let stopped = last.request == ConsentRequest::Stop;
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

    async fn keep_unresolved(&self, requests: &[InboundConsent]) -> Result<(), PortError> {
        let mut state = self.state();
        for request in requests {
            if !state.unresolved.iter().any(|kept| same(kept, request)) {
                state.unresolved.push(request.clone());
            }
        }
        Ok(())
    }

    async fn list_unresolved(&self) -> Result<Vec<InboundConsent>, PortError> {
        Ok(self.state().unresolved.clone())
    }

    async fn forget_unresolved(
        &self,
        requests: &[InboundConsent],
        before: Timestamp,
        most: usize,
    ) -> Result<usize, PortError> {
        let unresolved = &mut self.state().unresolved;
        unresolved.retain(|kept| !requests.iter().any(|request| same(kept, request)));
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

fn same(one: &InboundConsent, other: &InboundConsent) -> bool {
    one.message == other.message
}
