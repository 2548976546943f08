//! A message: one accepted send and its outcome.

mod event;
mod outcome;
mod pending;
mod provider_message_id;
mod query;
mod queued;
mod record;
mod status;

pub use event::{EventSource, MessageEvent};
pub use outcome::{CodeOutcome, JudgedOutcome, OutcomeVerdict, RecordedOutcome};
pub use pending::{ExpiryPosition, PendingMessage};
pub use provider_message_id::ProviderMessageId;
pub use query::{ExaminedMessage, FoundMessages, MessageQuery};
pub use queued::{ClaimedMessage, QueuedMessage};
pub use record::{MessageHistory, MessageRecord};
pub use status::MessageStatus;

use std::collections::HashMap;

use crate::credits::Credits;
use crate::ids::{AccountId, ApiKeyId, MessageId, SubscriptionId};
use crate::sealing::{Sealed, SealedProviderMessageId};
use crate::time::Timestamp;

/// The reason a message failed, as the provider reported it (LightOTP API, "Failure fields").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The provider's error code, if it gave one.
    pub code: Option<i32>,
    /// The kind of error.
    pub title: String,
    /// A sentence a person can read.
    pub reason: String,
}

/// A message as a store returns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The id that the API client stores.
    pub id: MessageId,
    /// The account it belongs to.
    pub account_id: AccountId,
    /// The API key of the request.
    pub api_key_id: ApiKeyId,
    /// The recipient, sealed; `None` once the message is erased.
    pub recipient: Option<Sealed>,
    /// Its status.
    pub status: MessageStatus,
    /// The answer to the first request, which replays repeat; `None` while that request is in
    /// progress.
    pub first_answer: Option<MessageStatus>,
    /// The provider's id, once it accepted the message.
    pub provider_message_id: Option<SealedProviderMessageId>,
    /// Its price.
    pub price: Credits,
    /// The subscription that paid; `None` if the message cost nothing.
    pub subscription_id: Option<SubscriptionId>,
    /// The failure, if it failed; `None` once the message is erased.
    pub failure: Option<Failure>,
    /// The time it was admitted.
    pub created_at: Timestamp,
    /// The time the failure was recorded.
    pub failed_at: Option<Timestamp>,
}

impl Message {
    /// Returns the found messages in the order of `wanted`, `None` for each that was not found. A
    /// message of another account counts as not found.
    pub fn in_the_order_of(
        wanted: &[(AccountId, MessageId)],
        found: Vec<Self>,
    ) -> Vec<Option<Self>> {
        let found: HashMap<_, _> = found
            .into_iter()
            .map(|message| ((message.account_id, message.id), message))
            .collect();
        wanted.iter().map(|key| found.get(key).cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn message(account: u128, id: u128) -> Message {
        Message {
            id: MessageId(Uuid::from_u128(id)),
            account_id: AccountId(Uuid::from_u128(account)),
            api_key_id: ApiKeyId(Uuid::nil()),
            recipient: None,
            status: MessageStatus::Sent,
            first_answer: None,
            provider_message_id: None,
            price: Credits::ONE,
            subscription_id: Some(SubscriptionId(Uuid::nil())),
            failure: None,
            created_at: Timestamp::from_unix_millis(0),
            failed_at: None,
        }
    }

    #[test]
    fn found_messages_are_put_in_the_order_asked_for_and_others_left_out() {
        let wanted = [(1, 3), (1, 1), (2, 2), (1, 4)].map(|(account, id)| {
            (
                AccountId(Uuid::from_u128(account)),
                MessageId(Uuid::from_u128(id)),
            )
        });
        let found = vec![message(1, 1), message(1, 2), message(1, 3)];
        let ordered = Message::in_the_order_of(&wanted, found);
        assert_eq!(
            ordered,
            [Some(message(1, 3)), Some(message(1, 1)), None, None]
        );
    }
}
