//! Delivery: the call to the provider, repeated only if the provider certainly did not take the message.

use std::time::Duration;

use crate::message::ProviderMessageId;
use crate::ports::{
    Clock, MessageSender, OutgoingMessage, ProviderRefusal, RefusalScope, SendError,
};
use crate::time::Timestamp;
use crate::verification::VerificationStatus;

/// At most this many calls for one message, the first included.
const MAX_CALLS: u32 = 3;

/// The pause before the second call if the provider asks for none; it doubles with each call.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The least time for a call; with less, most outcomes would be unknown.
const MIN_CALL: Duration = Duration::from_secs(1);

/// The result of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::usecases) enum Delivered {
    Accepted(ProviderMessageId),
    Refused(ProviderRefusal),
    Unknown,
}

/// Delivers the message to the provider before `deadline`. A message with a code is refused without a call
/// once the code has expired.
///
/// Any other first call is made however late it is, because the message is paid for. No call gets less time
/// than [`MIN_CALL`].
pub(super) async fn deliver(
    sender: &dyn MessageSender,
    clock: &dyn Clock,
    mut message: OutgoingMessage,
    deadline: Timestamp,
    code_expires_at: Option<Timestamp>,
) -> Delivered {
    if code_expires_at.is_some_and(|expires_at| clock.now() >= expires_at) {
        return Delivered::Refused(ended(VerificationStatus::Expired));
    }
    let max_timeout = message.timeout();
    // No call is repeated after the code has expired.
    let deadline = code_expires_at.map_or(deadline, |expires_at| deadline.min(expires_at));
    let left = || deadline.since(clock.now());
    let mut call = 1;
    loop {
        message.set_timeout(max_timeout.min(left().max(MIN_CALL)));
        let (refusal, after) = match sender.send(&message).await {
            Ok(accepted) => return Delivered::Accepted(accepted.provider_message_id),
            Err(SendError::Refused(refusal)) => return Delivered::Refused(refusal),
            Err(SendError::Unknown) => return Delivered::Unknown,
            Err(SendError::Retry { refusal, after }) => (refusal, after),
        };
        match pause_before_next_call(call, after, left()) {
            Some(pause) => clock.sleep(pause).await,
            None => return Delivered::Refused(refusal),
        }
        call += 1;
    }
}

/// Returns the pause before the next call; `None` if there is no further call.
fn pause_before_next_call(call: u32, after: Option<Duration>, left: Duration) -> Option<Duration> {
    if call >= MAX_CALLS {
        return None;
    }
    let pause = after.unwrap_or(FIRST_PAUSE * 2_u32.pow(call - 1));
    (pause + MIN_CALL <= left).then_some(pause)
}

/// Returns the refusal of a message whose verification ended before it was handed over.
pub(in crate::usecases) fn ended(status: VerificationStatus) -> ProviderRefusal {
    let reason = "The verification ended before the message was handed over; it was not sent.";
    ProviderRefusal::unsent(RefusalScope::Message, status.as_str(), reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn pauses_double_and_the_third_call_is_the_last() {
        assert_eq!(
            pause_before_next_call(1, None, s(10)),
            Some(Duration::from_millis(500))
        );
        assert_eq!(pause_before_next_call(2, None, s(9)), Some(s(1)));
        assert_eq!(pause_before_next_call(3, None, s(9)), None);
    }

    #[test]
    fn the_providers_pause_is_obeyed_within_the_deadline() {
        assert_eq!(pause_before_next_call(1, Some(s(4)), s(10)), Some(s(4)));
        assert_eq!(pause_before_next_call(1, Some(s(60)), s(10)), None);
        assert_eq!(pause_before_next_call(1, Some(s(9)), s(10)), Some(s(9)));
        assert_eq!(pause_before_next_call(1, Some(s(9)), s(9)), None);
    }
}
