//! One message sent to a provider that reacts in one way.

use std::time::Duration;

use otp_core::ids::MessageId;
use otp_core::ports::{Accepted, ProviderRefusal, SendError};
use tokio::time::timeout;
use uuid::Uuid;

use super::{Call, Reaction, ScriptedProvider};

/// For busy machines. A call that hangs takes far longer.
const GRACE: Duration = Duration::from_secs(3);

/// The answer of an adapter.
pub(super) type Outcome = Result<Accepted, SendError>;

/// The `number`-th of the contract's messages.
pub(super) fn message_id(number: u128) -> MessageId {
    MessageId(Uuid::from_u128(
        0x0199_c2f0_7a3b_7c11_8d2e_0000_0000_0000 + number,
    ))
}

/// Sends one message within the time it has, and asserts that the adapter called as often as it may.
pub(super) async fn outcome_of(provider: &dyn ScriptedProvider, reaction: Reaction) -> Outcome {
    outcome_within(provider, reaction, None).await
}

/// Does the same for a message with this much time.
pub(super) async fn outcome_within(
    provider: &dyn ScriptedProvider,
    reaction: Reaction,
    time: Option<Duration>,
) -> Outcome {
    let mut message = provider.message(message_id(1));
    if let Some(time) = time {
        message.set_timeout(time);
    }
    let may_arrive = reaction != Reaction::BeUnreachable && !message.timeout().is_zero();
    provider.react(reaction.clone()).await;
    let sender = provider.sender();
    let outcome = timeout(message.timeout() + GRACE, sender.send(&message)).await;
    let outcome = outcome.expect("the call outlasts the message's timeout");
    let calls = provider.calls().all();
    assert_eq!(
        calls.len(),
        usize::from(may_arrive),
        "calls that arrived; the provider was to {reaction:?}, the outcome is {outcome:?}"
    );
    outcome
}

/// Asserts that the adapter does not know whether the provider took the message.
#[track_caller]
pub(super) fn assert_unknown(outcome: &Outcome) {
    assert_eq!(
        *outcome,
        Err(SendError::Unknown),
        "the provider may have taken the message"
    );
}

/// Asserts that the message was certainly not sent, and returns why and how long to wait.
#[track_caller]
pub(super) fn assert_retry(outcome: Outcome) -> (ProviderRefusal, Option<Duration>) {
    match outcome {
        Err(SendError::Retry { refusal, after }) => (refusal, after),
        other => panic!("a later call may succeed, but the outcome is {other:?}"),
    }
}

/// Asserts that the refusal is final, and returns it.
#[track_caller]
pub(super) fn assert_refused(outcome: Outcome) -> ProviderRefusal {
    match outcome {
        Err(SendError::Refused(refusal)) => refusal,
        other => panic!("the refusal is final, but the outcome is {other:?}"),
    }
}

/// Asserts that a refusal has the texts which clients and operators read.
#[track_caller]
pub(super) fn assert_worded(refusal: &ProviderRefusal) {
    let failure = &refusal.failure;
    for text in [&refusal.message, &failure.title, &failure.reason] {
        assert!(!text.trim().is_empty(), "a text is missing: {refusal:?}");
    }
}

/// Asserts that exactly one call carried the message, and returns it.
#[track_caller]
pub(super) fn only_call_of(provider: &dyn ScriptedProvider, message: MessageId) -> Call {
    let calls = provider.calls();
    let mut of_message = calls.of(message);
    let count = of_message.len();
    assert_eq!(count, 1, "calls with {message}, of {:?}", calls.all());
    of_message.remove(0)
}
