//! Messages that never left: a later call may succeed.

use std::time::Duration;

use super::trial::{assert_retry, assert_worded, outcome_of, outcome_within};
use super::{Reaction, ScriptedProvider};

/// No connection was established: the message was certainly not sent.
pub async fn an_unreachable_provider_may_be_called_again(provider: &dyn ScriptedProvider) {
    let outcome = outcome_of(provider, Reaction::BeUnreachable).await;
    let (refusal, after) = assert_retry(outcome);
    assert_worded(&refusal);
    assert_eq!(refusal.http_status, None, "nobody answered");
    assert_eq!(after, None, "nobody asked to wait");
}

/// A message whose time is over is not sent.
pub async fn a_message_without_time_is_not_sent(provider: &dyn ScriptedProvider) {
    let outcome = outcome_within(provider, Reaction::Accept, Some(Duration::ZERO)).await;
    assert_worded(&assert_retry(outcome).0);
}
