//! The outcome of a hand-over: recorded, and converted to the answer.

use std::sync::Arc;

use super::{Delivered, SendMessage, SendMessageError, SentMessage};
use crate::ids::{AccountId, MessageId};
use crate::message::MessageStatus;
use crate::ports::PortError;
use crate::sealing::AccountSealer;
use crate::send::{Outcome, Settlement};

impl SendMessage {
    /// Records the outcome and converts it to the answer.
    ///
    /// If it cannot be recorded now, the message stays `Pending`, and so does the answer: a receipt or the
    /// end of the message's lifetime will decide it.
    pub(super) async fn settle(
        &self,
        sealer: &AccountSealer,
        message_id: MessageId,
        delivered: Delivered,
    ) -> Result<SentMessage, SendMessageError> {
        let outcome = self.outcome(sealer, message_id, &delivered);
        let answer = outcome.status();
        let recorded = self.record(sealer.account(), message_id, outcome).await;
        let status = match (recorded, delivered) {
            (Ok(()), Delivered::Refused(refusal)) => {
                let id = message_id;
                return Err(SendMessageError::RefusedByProvider { id, refusal });
            }
            (Ok(()), Delivered::Accepted(_) | Delivered::Unknown) => answer,
            (Err(_), _) => MessageStatus::Pending,
        };
        Ok(SentMessage {
            id: message_id,
            status,
            replayed: false,
        })
    }

    /// Returns what a delivery means for its message.
    pub(in crate::usecases) fn outcome(
        &self,
        sealer: &AccountSealer,
        message_id: MessageId,
        delivered: &Delivered,
    ) -> Outcome {
        match delivered {
            Delivered::Accepted(id) => Outcome::Accepted(sealer.seal_provider_message_id(
                message_id,
                id,
                &self.installation,
                &*self.randomness,
            )),
            Delivered::Refused(refusal) => Outcome::Failed(refusal.failure.clone()),
            Delivered::Unknown => Outcome::Unknown,
        }
    }

    /// Records the outcome of a message.
    pub(in crate::usecases) async fn record(
        &self,
        account_id: AccountId,
        message_id: MessageId,
        outcome: Outcome,
    ) -> Result<(), PortError> {
        let settlement = Settlement {
            message_id,
            account_id,
            outcome,
            provider_time: None,
            at: self.clock.now(),
        };
        self.ledger.settle(Arc::from([settlement])).await
    }
}
