//! Counts the calls to the webhook endpoints of customers, and shows what waits.

use std::time::Duration;

use metrics::{counter, gauge};
use otp_core::ports::WebhookBacklog;
use otp_core::time::Timestamp;
use otp_core::usecases::deliver_webhooks::TurnTaken;

/// The counter of attempts, by result.
pub(super) const ATTEMPTS: &str = "otp_webhook_attempts_total";

/// The counter of endpoints that were disabled because of their answers.
pub(super) const DISABLED: &str = "otp_webhook_endpoints_disabled_total";

/// The gauge of how long the first event has waited that is not routed.
pub(super) const EVENTS_LATE: &str = "otp_webhook_events_late_seconds";

/// The gauge of how long the first endpoint has waited for its turn.
pub(super) const TURNS_LATE: &str = "otp_webhook_turns_late_seconds";

/// Shows what waits.
pub(super) fn set_backlog(backlog: WebhookBacklog, now: Timestamp) {
    let late = |since: Option<Timestamp>| since.map_or(Duration::ZERO, |since| now.since(since));
    gauge!(EVENTS_LATE).set(late(backlog.unrouted_since).as_secs_f64());
    gauge!(TURNS_LATE).set(late(backlog.due_since).as_secs_f64());
}

/// Counts what happened in a turn.
pub(crate) fn count_webhook_turn(taken: &TurnTaken) {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    counter!(ATTEMPTS, "result" => "delivered").increment(count(taken.delivered));
    counter!(ATTEMPTS, "result" => "failed").increment(count(taken.failed));
    counter!(DISABLED).increment(u64::from(taken.disabled));
}
