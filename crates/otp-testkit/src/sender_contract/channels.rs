//! Messages of other channels.

use super::trial::{assert_refused, assert_worded};
use super::{Reaction, ScriptedProvider};

/// An adapter serves its channel; a message of another one is refused, and no call is made.
pub async fn a_message_of_another_channel_is_refused_without_a_call(
    provider: &dyn ScriptedProvider,
) {
    provider.react(Reaction::Accept).await;
    let message = provider.message_of_another_channel();
    let outcome = provider.sender().send(&message).await;
    assert_worded(&assert_refused(outcome));
    assert_eq!(provider.calls().all(), []);
}
