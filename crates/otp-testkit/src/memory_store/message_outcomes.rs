//! Outcomes of codes in memory.

use async_trait::async_trait;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{JudgedOutcome, OutcomeVerdict, RecordedOutcome};
use otp_core::ports::{MessageOutcomes, PortError};

use super::MemoryStore;

#[async_trait]
impl MessageOutcomes for MemoryStore {
    async fn record_outcome(
        &self,
        account: AccountId,
        message: MessageId,
        reported: RecordedOutcome,
    ) -> Result<Option<JudgedOutcome>, PortError> {
        let mut state = self.state();
        let found = state.messages.get(&message);
        let template = found.and_then(|stored| state.record(stored).template);
        let found = state.messages.get_mut(&message);
        let Some(stored) = found.filter(|stored| stored.message.account_id == account) else {
            return Ok(None);
        };
        let verdict = OutcomeVerdict::of(stored.message.status, stored.outcome, reported);
        if let OutcomeVerdict::Recorded(recorded) = verdict {
            stored.outcome = Some(recorded);
        }
        Ok(Some(JudgedOutcome {
            channel: stored.routed_to.channel(),
            region: stored.region,
            template,
            verdict,
        }))
    }
}
