//! Admission and settlement in memory: load facts, ask the core, write what it says.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use otp_core::ids::{MessageId, SubscriptionId};
use otp_core::message::{Message, MessageEvent, MessageStatus};
use otp_core::opt_out::ConsentRequest;
use otp_core::ports::{AdmissionFacts, PortError, SendLedger};
use otp_core::send::admission::{self, NewMessage};
use otp_core::send::settlement::{
    self, FailureChange, MessageState, MessageUpdate, SettlementFacts,
};
use otp_core::send::{Admission, SendAttempt, SendFacts, Settlement, WantedFacts};
use otp_core::subscription::{Subscription, SubscriptionBalance};

use super::{MemoryStore, State, StoredMessage, conflict};

#[async_trait]
impl SendLedger for MemoryStore {
    async fn admit(&self, attempts: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        let mut state = self.state();
        let judged = admission::judge(&attempts, state.send_facts(&attempts));
        let mut ids = std::collections::HashSet::new();
        for new in &judged.messages {
            let id = attempts[new.attempt].message_id;
            if state.messages.contains_key(&id) || !ids.insert(id) {
                return Err(conflict("a message with that id exists"));
            }
        }
        for begun in &judged.verifications {
            state.insert_verification(&attempts[begun.attempt], begun);
        }
        for (id, update) in judged.verification_updates {
            state.update_verification(id, update);
        }
        for new in judged.messages {
            state.insert_message(&attempts[new.attempt], &new);
        }
        state.share_charges(judged.shared_charges);
        state.update_fallbacks(judged.fallbacks);
        state.ledger.extend(judged.ledger);
        state.set_balances(judged.balances);
        state.enqueue(judged.notices);
        state.report(judged.webhook_events);
        state.add_to_queue(judged.queued);
        Ok(judged.admissions)
    }

    async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), PortError> {
        let mut state = self.state();
        let settled = settlement::judge(&settlements, state.settlement_facts(&settlements));
        for (id, update) in settled.updates {
            state.update_message(id, update);
        }
        for (id, event) in settled.events {
            state.add_event(id, event);
        }
        state.ledger.extend(settled.ledger);
        state.set_balances(settled.balances);
        state.enqueue(settled.notices);
        state.report(settled.webhook_events);
        state.wake_fallbacks(settled.fallback_wakes);
        Ok(())
    }
}

#[async_trait]
impl AdmissionFacts for MemoryStore {
    async fn facts_of(&self, attempt: &SendAttempt) -> Result<SendFacts, PortError> {
        Ok(self.state().send_facts(std::slice::from_ref(attempt)))
    }
}

impl State {
    fn send_facts(&self, attempts: &[SendAttempt]) -> SendFacts {
        let mut facts = SendFacts::default();
        let wanted = WantedFacts::of(attempts);
        self.add_verification_facts(&wanted, &mut facts);
        for key in wanted.idempotency_keys {
            if let Some(id) = self.by_key.get(&key) {
                let message = &self.messages[id].message;
                facts.add_message_with_key(key, *id, message.first_answer);
            }
        }
        for stored in self.messages.values() {
            let (message, Some(index)) = (&stored.message, stored.recipient_index) else {
                continue;
            };
            let since = wanted.recipients.get(&(message.account_id, index));
            if since.is_some_and(|since| message.created_at >= *since)
                && message.status.counts_for_cooldown()
            {
                facts.add_send(message.account_id, index, message.created_at);
            }
        }
        for ((account, index), last) in &self.last_requests {
            if last.request == ConsentRequest::Stop {
                facts.add_opt_out(*account, *index);
            }
        }
        for account in &self.accounts {
            facts.add_rules(account.id, account.rules);
        }
        for subscription in &self.subscriptions {
            if wanted.accounts.contains(&subscription.account_id) {
                facts.add_balance(subscription.account_id, self.balance(subscription));
            }
        }
        facts
    }

    pub(super) fn balance(&self, row: &Subscription) -> SubscriptionBalance {
        SubscriptionBalance {
            id: row.id,
            remaining: row.remaining,
            granted: row.credits,
            created_at: row.created_at,
            announced: self.announced.get(&row.id).copied().unwrap_or_default(),
            is_revoked: row.revoked_at.is_some(),
        }
    }

    fn insert_message(&mut self, attempt: &SendAttempt, new: &NewMessage) {
        if let Some(key) = attempt.idempotency_key {
            self.by_key
                .insert((attempt.api_key_id, key), attempt.message_id);
        }
        let message = Message {
            id: attempt.message_id,
            account_id: attempt.account_id,
            api_key_id: attempt.api_key_id,
            recipient: Some(attempt.recipient.clone()),
            status: MessageStatus::Pending,
            first_answer: None,
            provider_message_id: None,
            price: attempt.price,
            subscription_id: new.subscription_id,
            failure: None,
            created_at: attempt.at,
            failed_at: None,
        };
        let stored = StoredMessage {
            expires_at: attempt.expires_at,
            message,
            recipient_index: Some(attempt.recipient_index),
            region: attempt.region,
            routed_to: new.routed_to.clone(),
            events: Vec::new(),
            verification_id: attempt.verification_id(),
            shared_charge: None,
            outcome: None,
        };
        self.messages.insert(attempt.message_id, stored);
    }

    fn settlement_facts(&self, settlements: &[Settlement]) -> SettlementFacts {
        let messages = settlements.iter().filter_map(|settlement| {
            let stored = self.messages.get(&settlement.message_id)?;
            let message = &stored.message;
            let state = MessageState {
                account_id: message.account_id,
                status: message.status,
                first_answer: message.first_answer,
                price: message.price,
                subscription_id: message.subscription_id,
                expires_at: stored.expires_at,
                is_erased: message.recipient.is_none(),
                verification_id: stored.verification_id,
                shares_charge: stored.shared_charge.is_some(),
                wanted_events: self.wanted_events_of(message.account_id),
            };
            Some((message.id, state))
        });
        let mut facts = SettlementFacts {
            messages: messages.collect(),
            rules: self
                .accounts
                .iter()
                .map(|row| (row.id, row.rules))
                .collect(),
            ..Default::default()
        };
        for row in &self.subscriptions {
            facts
                .balances
                .entry(row.account_id)
                .or_default()
                .push(self.balance(row));
        }
        facts
    }

    fn update_message(&mut self, id: MessageId, update: MessageUpdate) {
        let Some(stored) = self.messages.get_mut(&id) else {
            return;
        };
        let message = &mut stored.message;
        message.status = update.status;
        message.first_answer = update.first_answer;
        message.subscription_id = update.subscription_id;
        if update.provider_message_id.is_some() {
            message.provider_message_id = update.provider_message_id;
        }
        match update.failure {
            FailureChange::Keep => {}
            FailureChange::Record(failure, at) => {
                message.failure = failure;
                message.failed_at = Some(at);
            }
            FailureChange::Clear => {
                message.failure = None;
                message.failed_at = None;
            }
        }
    }

    fn add_event(&mut self, id: MessageId, event: MessageEvent) {
        let Some(stored) = self.messages.get_mut(&id) else {
            return;
        };
        let same = |known: &MessageEvent| (known.status, known.source);
        if !stored
            .events
            .iter()
            .any(|known| same(known) == same(&event))
        {
            stored.events.push(event);
        }
    }

    pub(super) fn set_balances(&mut self, balances: BTreeMap<SubscriptionId, SubscriptionBalance>) {
        for (id, balance) in balances {
            for row in self.subscriptions.iter_mut().filter(|row| row.id == id) {
                row.remaining = balance.remaining;
            }
            self.announced.insert(id, balance.announced);
        }
    }
}
