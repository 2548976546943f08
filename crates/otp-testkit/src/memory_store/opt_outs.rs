//! Opt-outs and the consent log in memory.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::AccountId;
use otp_core::opt_out::consent::{self, ConsentEntry, ConsentFacts, OptOut, Recipient};
use otp_core::opt_out::{ConsentRequest, UnresolvedConsent};
use otp_core::ports::{AnsweredMessage, ConsentTargets, OptOuts, PortError, StoredRecipient};
use otp_core::sealing::{ProviderMessageIndex, RecipientIndex};
use otp_core::time::Timestamp;

use super::{MemoryStore, State, StoredMessage, conflict};

#[async_trait]
impl OptOuts for MemoryStore {
    async fn find_consent_targets(
        &self,
        numbers: &BTreeSet<ProviderId>,
        answered: &BTreeSet<ProviderMessageIndex>,
    ) -> Result<ConsentTargets, PortError> {
        let state = self.state();
        let mut targets = ConsentTargets::default();
        for sender in state.every_sender() {
            if numbers.contains(&sender.phone_number_id) {
                let number = sender.phone_number_id.clone();
                let accounts = targets.accounts.entry(number).or_default();
                accounts.insert(sender.account_id);
            }
        }
        for stored in state.messages.values() {
            let id = stored.message.provider_message_id.as_ref();
            if let Some(id) = id.filter(|id| answered.contains(&id.index)) {
                let message = AnsweredMessage {
                    account_id: stored.message.account_id,
                    recipient_index: stored.recipient_index,
                    recipient: stored_recipient(stored),
                };
                targets.answered.insert(id.index, message);
            }
        }
        Ok(targets)
    }

    async fn find_contacted(
        &self,
        recipients: &BTreeSet<Recipient>,
    ) -> Result<HashMap<Recipient, StoredRecipient>, PortError> {
        let state = self.state();
        let found = recipients
            .iter()
            .filter_map(|recipient| Some((*recipient, state.latest(*recipient)?)));
        Ok(found.collect())
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
        state.report(judged.webhook_events);
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

    async fn keep_unresolved(&self, requests: &[UnresolvedConsent]) -> Result<(), PortError> {
        let mut state = self.state();
        for request in requests {
            if !state.unresolved.iter().any(|kept| same(kept, request)) {
                state.unresolved.push(request.clone());
            }
        }
        Ok(())
    }

    async fn list_unresolved(&self) -> Result<Vec<UnresolvedConsent>, PortError> {
        Ok(self.state().unresolved.clone())
    }

    async fn forget_unresolved(
        &self,
        requests: &[UnresolvedConsent],
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
    /// The recipient as the latest message that did not fail has it.
    fn latest(&self, (account, index): Recipient) -> Option<StoredRecipient> {
        let sends = self.messages.values().filter(|stored| {
            stored.message.account_id == account
                && stored.recipient_index == Some(index)
                && stored.message.failed_at.is_none()
        });
        let latest = sends.max_by_key(|stored| (stored.message.created_at, stored.message.id))?;
        stored_recipient(latest)
    }
}

fn stored_recipient(stored: &StoredMessage) -> Option<StoredRecipient> {
    Some(StoredRecipient {
        message_id: stored.message.id,
        sealed: stored.message.recipient.clone()?,
    })
}

fn same(one: &UnresolvedConsent, other: &UnresolvedConsent) -> bool {
    one.message == other.message
}
