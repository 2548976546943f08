//! The outgoing queue in memory.

use std::collections::HashMap;

use async_trait::async_trait;
use otp_core::ids::MessageId;
use otp_core::message::{ClaimedMessage, QueuedMessage};
use otp_core::ports::{OutgoingQueue, PortError, QueueBacklog};
use otp_core::time::Timestamp;
use otp_core::turns::Room;

use super::{MemoryStore, State, StoredMessage};

/// A message in the queue.
#[derive(Debug, Clone, Copy)]
pub(super) struct InQueue {
    message: QueuedMessage,
    failed_attempts: u32,
    claimed_at: Option<Timestamp>,
}

impl InQueue {
    fn claimed(&self, messages: &HashMap<MessageId, StoredMessage>) -> ClaimedMessage {
        let id = self.message.message_id;
        let stored = messages.get(&id);
        ClaimedMessage {
            message_id: id,
            account_id: self.message.account_id,
            verification_id: self.message.verification_id,
            failed_attempts: self.failed_attempts,
            recipient: stored.and_then(|stored| stored.message.recipient.clone()),
            routed_to: stored.map(|stored| stored.routed_to.clone()),
        }
    }
}

#[async_trait]
impl OutgoingQueue for MemoryStore {
    async fn claim_queued(
        &self,
        now: Timestamp,
        room: &Room,
    ) -> Result<Vec<ClaimedMessage>, PortError> {
        let mut state = self.state();
        let State {
            queue, messages, ..
        } = &mut *state;
        let mut due: Vec<_> = queue
            .iter_mut()
            .filter(|queued| queued.claimed_at.is_none() && queued.message.due_at <= now)
            .filter(|queued| !room.left_out.contains(&queued.message.account_id))
            .collect();
        due.sort_by_key(|queued| (queued.message.due_at, queued.message.message_id));
        let claim = |queued: &mut InQueue| {
            queued.claimed_at = Some(now);
            queued.claimed(messages)
        };
        Ok(due.into_iter().take(room.most).map(claim).collect())
    }

    async fn postpone_queued(
        &self,
        message: MessageId,
        due_at: Timestamp,
        failed_attempts: u32,
    ) -> Result<(), PortError> {
        let mut state = self.state();
        let queue = state.queue.iter_mut();
        for queued in queue
            .filter(|queued| queued.message.message_id == message && queued.claimed_at.is_some())
        {
            queued.claimed_at = None;
            queued.message.due_at = due_at;
            queued.failed_attempts = failed_attempts;
        }
        Ok(())
    }

    async fn remove_queued(&self, message: MessageId) -> Result<(), PortError> {
        let mut state = self.state();
        state
            .queue
            .retain(|queued| queued.message.message_id != message);
        Ok(())
    }

    async fn queue_backlog(&self, now: Timestamp) -> Result<QueueBacklog, PortError> {
        let state = self.state();
        let queue = state.queue.iter();
        let due: Vec<_> = queue
            .filter(|queued| queued.claimed_at.is_none() && queued.message.due_at <= now)
            .map(|queued| queued.message.due_at)
            .collect();
        Ok(QueueBacklog {
            due: due.len() as u64,
            due_since: due.into_iter().min(),
        })
    }

    async fn list_abandoned(
        &self,
        claimed_before: Timestamp,
        most: usize,
    ) -> Result<Vec<ClaimedMessage>, PortError> {
        let state = self.state();
        let mut abandoned: Vec<_> = state
            .queue
            .iter()
            .filter(|queued| queued.claimed_at.is_some_and(|at| at < claimed_before))
            .collect();
        abandoned.sort_by_key(|queued| (queued.claimed_at, queued.message.message_id));
        let abandoned = abandoned.into_iter().take(most);
        let claimed = abandoned.map(|queued| queued.claimed(&state.messages));
        Ok(claimed.collect())
    }
}

impl State {
    pub(super) fn add_to_queue(&mut self, queued: Vec<QueuedMessage>) {
        self.queue.extend(queued.into_iter().map(|message| InQueue {
            message,
            failed_attempts: 0,
            claimed_at: None,
        }));
    }
}
