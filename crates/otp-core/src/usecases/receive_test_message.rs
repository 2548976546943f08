//! Receive a test message: the hand-over of a message to a test inbox, with the answer of its test number.

use std::sync::Arc;
use std::time::Duration;

use crate::message::ProviderMessageId;
use crate::ports::{
    Accepted, Clock, InboxBell, PortError, ProviderRefusal, RefusalScope, SendError, TestInbox,
};
use crate::test_inbox::{MAX_KEPT, OutgoingTest};
use crate::test_number::{self, Repetition, TestAnswer, TestNumber, TestReply};

/// Receives messages for test inboxes.
#[derive(Clone)]
pub struct ReceiveTestMessage {
    /// Keeps the messages.
    pub inbox: Arc<dyn TestInbox>,
    /// Wakes the requests that wait for a message.
    pub bell: Arc<dyn InboxBell>,
    /// Waits for slow answers.
    pub clock: Arc<dyn Clock>,
}

impl ReceiveTestMessage {
    /// Puts the message into its inbox, if it arrives, and returns the answer of its number.
    pub async fn execute(&self, outgoing: &OutgoingTest) -> Result<Accepted, SendError> {
        let message = &outgoing.message;
        let answer = outgoing.number.map(TestNumber::answer).unwrap_or_default();
        if answer.arrives {
            let received = self.inbox.receive(message, MAX_KEPT).await;
            received.map_err(|error| not_received(&error))?;
            self.bell.ring(message.account_id);
        }
        let in_time = answer.delay.min(outgoing.timeout);
        if in_time > Duration::ZERO {
            self.clock.sleep(in_time).await;
        }
        if answer.delay > outgoing.timeout {
            return Err(SendError::Unknown);
        }
        reply(answer).map(|()| Accepted {
            provider_message_id: ProviderMessageId(format!("test.{}", message.message_id)),
        })
    }
}

fn reply(answer: TestAnswer) -> Result<(), SendError> {
    let (code, http_status, repetition) = match answer.reply {
        TestReply::Accepted => return Ok(()),
        TestReply::Broken => return Err(SendError::Unknown),
        TestReply::Refused {
            code,
            http_status,
            repetition,
        } => (code, http_status, repetition),
    };
    let (failure, message) = test_number::failure(code);
    let refusal = ProviderRefusal {
        http_status: Some(http_status),
        message,
        failure,
        // No other message is refused because of it.
        scope: RefusalScope::Message,
    };
    let after = match repetition {
        Repetition::Never => return Err(SendError::Refused(refusal)),
        Repetition::Soon => None,
        Repetition::After(seconds) => Some(Duration::from_secs(seconds)),
    };
    Err(SendError::Retry { refusal, after })
}

/// Returns the outcome of a message that could not be kept. One that was kept all the same is received once
/// more, which changes nothing.
fn not_received(_: &PortError) -> SendError {
    let reason = "The test inbox could not be reached; the message was not received.".to_owned();
    SendError::Retry {
        refusal: ProviderRefusal::unsent(RefusalScope::Message, "No test inbox", reason),
        after: None,
    }
}
