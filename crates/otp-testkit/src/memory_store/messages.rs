//! Reading messages from memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{
    ExaminedMessage, FoundMessages, Message, MessageHistory, MessageQuery, MessageRecord,
    MessageStatus,
};
use otp_core::page::PagePosition;
use otp_core::ports::{Messages, PortError};

use super::{MemoryStore, State, StoredMessage};

#[async_trait]
impl Messages for MemoryStore {
    async fn find(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<Message>, PortError> {
        let state = self.state();
        let found = state.message_of(account, message);
        Ok(found.map(|stored| stored.message.clone()))
    }

    async fn find_all(
        &self,
        wanted: &[(AccountId, MessageId)],
    ) -> Result<Vec<Option<Message>>, PortError> {
        let state = self.state();
        let find = |(account, message): &(_, _)| {
            let found = state.message_of(*account, *message)?;
            Some(found.message.clone())
        };
        Ok(wanted.iter().map(find).collect())
    }

    async fn find_account(&self, message: MessageId) -> Result<Option<AccountId>, PortError> {
        let state = self.state();
        let stored = state.messages.get(&message);
        Ok(stored.map(|stored| stored.message.account_id))
    }

    async fn find_history(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<MessageHistory>, PortError> {
        let state = self.state();
        let found = state.message_of(account, message);
        Ok(found.map(|stored| MessageHistory {
            record: state.record(stored),
            events: stored.events.clone(),
        }))
    }

    async fn find_records(
        &self,
        account: AccountId,
        messages: &[MessageId],
    ) -> Result<Vec<MessageRecord>, PortError> {
        let state = self.state();
        let found = messages
            .iter()
            .filter_map(|id| state.message_of(account, *id));
        Ok(found.map(|stored| state.record(stored)).collect())
    }

    async fn list(&self, query: &MessageQuery) -> Result<FoundMessages, PortError> {
        let state = self.state();
        let wanted = |stored: &&StoredMessage| {
            let message = &stored.message;
            message.account_id == query.account_id
                && query
                    .recipient
                    .is_none_or(|index| stored.recipient_index == Some(index))
                && message.created_at >= query.since
        };
        let found = state.messages.values().filter(wanted);
        let mut records: Vec<_> = found
            .map(|stored| state.record(stored))
            .filter(|record| PagePosition::of(record) < query.before)
            .collect();
        records.sort_unstable_by_key(|record| Reverse(PagePosition::of(record)));
        records.truncate(query.examine);
        let examined = (1..).zip(records);
        let examined = examined.map(|(place, record)| ExaminedMessage { place, record });
        let mut found = FoundMessages::of_examined(examined.collect(), query);
        found.records.truncate(query.limit);
        Ok(found)
    }
}

impl State {
    fn message_of(&self, account: AccountId, message: MessageId) -> Option<&StoredMessage> {
        let found = self.messages.get(&message);
        found.filter(|stored| stored.message.account_id == account)
    }

    pub(super) fn record(&self, stored: &StoredMessage) -> MessageRecord {
        let (message, routed_to) = (&stored.message, &stored.routed_to);
        let whatsapp = routed_to.whatsapp();
        let template = whatsapp.and_then(|route| {
            let mut templates = self.templates.iter();
            templates.find(|template| template.id == route.template_id)
        });
        let sender = whatsapp.and_then(|route| {
            let mut senders = self.every_sender();
            senders.find(|sender| sender.id == route.sender_id)
        });
        let arrivals = stored
            .events
            .iter()
            .filter(|event| matches!(event.status, MessageStatus::Delivered | MessageStatus::Read));
        MessageRecord {
            id: message.id,
            status: message.status,
            recipient: message.recipient.clone(),
            region: stored.region,
            channel: routed_to.channel(),
            language: routed_to.language().clone(),
            template: template.map(|template| template.name.clone()),
            phone_number_id: sender.map(|sender| sender.phone_number_id.clone()),
            price: message.price,
            failure: message.failure.clone(),
            created_at: message.created_at,
            failed_at: message.failed_at,
            delivered_at: arrivals.map(|event| event.recorded_at).min(),
            outcome: stored.outcome,
        }
    }
}
