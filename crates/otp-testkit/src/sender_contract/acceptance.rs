//! An accepted message: one call, and the provider's id.

use std::sync::Arc;

use super::trial::{message_id, only_call_of, outcome_of};
use super::{Reaction, ScriptedProvider};

/// How many calls are made at once.
const AT_ONCE: u128 = 16;

/// The id that the provider gave the message is returned; a receipt names it.
pub async fn an_accepted_message_has_the_providers_id(provider: &dyn ScriptedProvider) {
    let outcome = outcome_of(provider, Reaction::Accept).await;
    let accepted = outcome.expect("accepted").provider_message_id;
    let call = &provider.calls().all()[0];
    assert_eq!(Some(&accepted.0), call.accepted_as.as_ref());
    assert!(!accepted.0.is_empty());
}

/// Our id goes with the call: a receipt is matched even if the answer is lost.
pub async fn a_call_carries_the_messages_id(provider: &dyn ScriptedProvider) {
    let outcome = outcome_of(provider, Reaction::Accept).await;
    outcome.expect("accepted");
    only_call_of(provider, message_id(1));
}

/// Many calls at once: each message is carried by one call and gets the id of that call.
pub async fn calls_at_once_are_kept_apart(provider: &dyn ScriptedProvider) {
    provider.react(Reaction::Accept).await;
    let sender = provider.sender();
    let mut sending = tokio::task::JoinSet::new();
    for number in 1..=AT_ONCE {
        let (sender, message) = (Arc::clone(&sender), provider.message(message_id(number)));
        sending.spawn(async move { (message.message_id(), sender.send(&message).await) });
    }
    for (id, outcome) in sending.join_all().await {
        let accepted = outcome.expect("accepted").provider_message_id;
        let call = only_call_of(provider, id);
        assert_eq!(Some(accepted.0), call.accepted_as, "the id of {id}");
    }
}
