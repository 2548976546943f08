//! A caller that goes away.

use super::trial::{message_id, only_call_of};
use super::{Reaction, ScriptedProvider};

/// The future is dropped while the provider keeps the call: the message is not sent again, and the
/// adapter serves the next one.
pub async fn a_call_that_is_dropped_is_not_repeated(provider: &dyn ScriptedProvider) {
    provider.react(Reaction::StaySilent).await;
    let sender = provider.sender();
    let (dropped, next) = (
        provider.message(message_id(1)),
        provider.message(message_id(2)),
    );
    tokio::select! {
        biased;
        outcome = sender.send(&dropped) => panic!("nobody answered, but the outcome is {outcome:?}"),
        () = provider.calls().arrival_of(1) => {}
    }
    provider.react(Reaction::Accept).await;
    let accepted = sender.send(&next).await.expect("accepted");
    let call = only_call_of(provider, message_id(2));
    assert_eq!(Some(accepted.provider_message_id.0), call.accepted_as);
    assert_eq!(only_call_of(provider, message_id(1)).accepted_as, None);
}

/// A future that is dropped before it ran has called nobody.
pub async fn a_call_that_is_never_awaited_is_not_made(provider: &dyn ScriptedProvider) {
    provider.react(Reaction::Accept).await;
    let sender = provider.sender();
    drop(sender.send(&provider.message(message_id(1))));
    let next = provider.message(message_id(2));
    sender.send(&next).await.expect("accepted");
    assert_eq!(provider.calls().all().len(), 1);
    only_call_of(provider, message_id(2));
}
