//! Test inboxes in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use otp_core::ids::AccountId;
use otp_core::ports::{PortError, TestInbox};
use otp_core::test_inbox::{LifeProgress, TestInboxQuery, TestMessage};
use otp_core::time::Timestamp;

use super::{MemoryStore, State};

#[async_trait]
impl TestInbox for MemoryStore {
    async fn receive(&self, message: &TestMessage, kept: usize) -> Result<(), PortError> {
        let mut state = self.state();
        let known = |row: &TestMessage| row.message_id == message.message_id;
        if !state.test_messages.iter().any(known) {
            state.test_messages.push(message.clone());
        }
        let newest = state.newest(message.account_id);
        let surplus: Vec<_> = newest
            .into_iter()
            .skip(kept)
            .filter(|message| message.life.is_none())
            .map(|message| message.message_id)
            .collect();
        state
            .test_messages
            .retain(|message| !surplus.contains(&message.message_id));
        Ok(())
    }

    async fn list_received(&self, query: TestInboxQuery) -> Result<Vec<TestMessage>, PortError> {
        let newest = self.state().newest(query.account_id).into_iter();
        let wanted = newest.filter(|message| {
            query
                .recipient_index
                .is_none_or(|wanted| message.recipient_index == wanted)
                && query.from.is_none_or(|from| message.received_at >= from)
        });
        Ok(wanted.take(query.limit).collect())
    }

    async fn list_due(
        &self,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<TestMessage>, PortError> {
        let state = self.state();
        let mut due: Vec<_> = state
            .test_messages
            .iter()
            .filter_map(|message| Some((message.life?.due_at, message.message_id, message)))
            .filter(|(due_at, ..)| *due_at <= until)
            .collect();
        due.sort_by_key(|(due_at, id, _)| (*due_at, *id));
        let due = due.into_iter().take(limit);
        Ok(due.map(|(.., message)| message.clone()).collect())
    }

    async fn advance(&self, progress: &[LifeProgress]) -> Result<(), PortError> {
        let mut state = self.state();
        for one in progress {
            let of = state
                .test_messages
                .iter_mut()
                .find(|message| message.message_id == one.message_id);
            if let Some(message) = of.filter(|message| message.life == Some(one.from)) {
                message.life = one.to;
            }
        }
        Ok(())
    }

    async fn forget_received(&self, before: Timestamp, limit: usize) -> Result<usize, PortError> {
        let mut state = self.state();
        let is_old =
            |message: &&TestMessage| message.received_at < before && message.life.is_none();
        let mut old: Vec<_> = state.test_messages.iter().filter(is_old).collect();
        old.sort_by_key(|message| message.received_at);
        let old: Vec<_> = old
            .into_iter()
            .take(limit)
            .map(|message| message.message_id)
            .collect();
        state
            .test_messages
            .retain(|message| !old.contains(&message.message_id));
        Ok(old.len())
    }
}

impl State {
    /// Returns the messages of an account, newest first.
    fn newest(&self, account: AccountId) -> Vec<TestMessage> {
        let of_account = self.test_messages.iter();
        let mut newest: Vec<_> = of_account
            .filter(|message| message.account_id == account)
            .cloned()
            .collect();
        newest.sort_by_key(|message| Reverse((message.received_at, message.message_id)));
        newest
    }
}
