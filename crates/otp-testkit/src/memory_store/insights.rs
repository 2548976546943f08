//! How far messages got, in memory.

use async_trait::async_trait;
use otp_core::insights::{
    FunnelFacts, InsightsQuery, MessageProgress, OfVerification, SiblingMessage,
};
use otp_core::message::MessageStatus;
use otp_core::ports::{Insights, PortError};
use otp_core::verification::VerificationMessage;

use super::{MemoryStore, State, StoredMessage};

#[async_trait]
impl Insights for MemoryStore {
    async fn funnel_facts(&self, query: &InsightsQuery) -> Result<Option<FunnelFacts>, PortError> {
        let state = self.state();
        let of_period = |stored: &&StoredMessage| {
            let message = &stored.message;
            message.account_id == query.account_id
                && (query.from..query.until).contains(&message.created_at)
        };
        let messages = state.messages.values().filter(of_period);
        let messages: Vec<_> = messages.map(|stored| state.progress(stored)).collect();
        if !query.allows(messages.len()) {
            return Ok(None);
        }
        let wanted = query.to_complete(&messages);
        let siblings = state.messages.values().filter_map(|stored| {
            let verification = stored.verification_id.filter(|id| wanted.contains(id))?;
            Some(SiblingMessage {
                verification,
                message: VerificationMessage {
                    id: stored.message.id,
                    channel: stored.routed_to.channel(),
                    status: stored.message.status,
                    created_at: stored.message.created_at,
                },
            })
        });
        Ok(Some(FunnelFacts {
            siblings: siblings.collect(),
            messages,
        }))
    }
}

impl State {
    fn progress(&self, stored: &StoredMessage) -> MessageProgress {
        let record = self.record(stored);
        let events = stored.events.iter();
        let says = |status| events.clone().any(|event| event.status == status);
        let (was_sent, was_read) = (says(MessageStatus::Sent), says(MessageStatus::Read));
        let deliveries = events.filter(|event| event.status == MessageStatus::Delivered);
        MessageProgress {
            id: record.id,
            created_at: record.created_at,
            status: record.status,
            channel: record.channel,
            region: record.region,
            template: record.template,
            was_sent,
            delivered_at: deliveries.map(|event| event.recorded_at).min(),
            was_read,
            failure_code: record.failure.and_then(|failure| failure.code),
            outcome: record.outcome.map(|recorded| recorded.outcome),
            verification: stored.verification_id.and_then(|id| {
                let verification = self.verified.verifications.get(&id)?;
                Some(OfVerification {
                    id,
                    status: verification.state.status,
                })
            }),
        }
    }
}
