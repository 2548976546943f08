//! The pause that a provider asks for. Not every protocol can ask for one.

use std::time::Duration;

use super::trial::{assert_retry, outcome_of};
use super::{Reaction, ScriptedProvider};

/// The provider says how long to wait, and the caller learns it.
pub async fn the_wait_that_the_provider_asks_for_is_reported(provider: &dyn ScriptedProvider) {
    let wait = Some(Duration::from_secs(7));
    let outcome = outcome_of(provider, Reaction::RefuseForNow { wait }).await;
    assert_eq!(assert_retry(outcome).1, wait);
}
