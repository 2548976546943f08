//! Calls with a result that nobody knows.
//!
//! The provider may have taken the message. To report a refusal would give back the price of a message
//! that arrives; to repeat the call would send it twice. So the outcome MUST be
//! [`SendError::Unknown`](otp_core::ports::SendError::Unknown), after one call.

use std::time::Duration;

use super::trial::{assert_unknown, outcome_of, outcome_within};
use super::{Reaction, ScriptedProvider};

/// The connection breaks after the provider has read the call.
pub async fn a_call_that_is_cut_off_is_unknown(provider: &dyn ScriptedProvider) {
    assert_unknown(&outcome_of(provider, Reaction::CutOff).await);
}

/// The provider reads the call and says nothing; the adapter gives up when the message's time is over.
pub async fn a_call_without_an_answer_is_unknown_and_ends_in_time(provider: &dyn ScriptedProvider) {
    let timeout = Some(Duration::from_secs(1));
    let outcome = outcome_within(provider, Reaction::StaySilent, timeout).await;
    assert_unknown(&outcome);
}

/// The provider answers what its protocol does not know.
pub async fn a_senseless_answer_is_unknown(provider: &dyn ScriptedProvider) {
    assert_unknown(&outcome_of(provider, Reaction::Babble).await);
}

/// The provider refers to another address: to call that is to call twice.
pub async fn a_redirect_is_not_followed(provider: &dyn ScriptedProvider) {
    assert_unknown(&outcome_of(provider, Reaction::Redirect).await);
}
