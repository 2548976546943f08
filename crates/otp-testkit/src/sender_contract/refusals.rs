//! Definite refusals. A refused message costs nothing, so the provider must not have taken it.

use super::messages::{secret_in, secrets};
use super::trial::{assert_refused, assert_retry, assert_worded, message_id, outcome_of};
use super::{Reaction, ScriptedProvider};

/// A refusal is reported as one, with its texts, after one call.
pub async fn a_refusal_is_final(provider: &dyn ScriptedProvider) {
    let words = "The recipient cannot be reached.".to_owned();
    let outcome = outcome_of(provider, Reaction::Refuse { words }).await;
    assert_worded(&assert_refused(outcome));
}

/// A refusal for now is not final, and the adapter leaves the next call to its caller.
pub async fn a_refusal_for_now_may_be_called_again(provider: &dyn ScriptedProvider) {
    let outcome = outcome_of(provider, Reaction::RefuseForNow { wait: None }).await;
    assert_worded(&assert_retry(outcome).0);
}

/// A provider that repeats the request in its refusal: neither texts nor `Debug` contain a secret.
pub async fn a_refusal_repeats_no_secret(provider: &dyn ScriptedProvider) {
    let message = provider.message(message_id(1));
    let words = format!("cannot send: {}", secrets(&message).join(" / "));
    let outcome = outcome_of(provider, Reaction::Refuse { words }).await;
    let refusal = assert_refused(outcome);
    assert_worded(&refusal);
    let text = format!("{refusal:?}");
    assert_eq!(secret_in(&text, &message), None, "in {text}");
}
