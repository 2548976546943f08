//! Counts the calls to the webhook endpoints of customers.

use metrics::counter;
use otp_core::usecases::deliver_webhooks::TurnTaken;

/// The counter of attempts, by result.
pub(super) const ATTEMPTS: &str = "otp_webhook_attempts_total";

/// The counter of endpoints that were disabled because of their answers.
pub(super) const DISABLED: &str = "otp_webhook_endpoints_disabled_total";

/// Counts what happened in a turn.
pub(crate) fn count_webhook_turn(taken: TurnTaken) {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    counter!(ATTEMPTS, "result" => "delivered").increment(count(taken.delivered));
    counter!(ATTEMPTS, "result" => "failed").increment(count(taken.failed));
    counter!(DISABLED).increment(u64::from(taken.disabled));
}
