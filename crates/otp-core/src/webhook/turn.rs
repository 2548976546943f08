//! Turns: a process calls one endpoint for what is due, while no other process does.
//!
//! A turn holds a lease, so the endpoint of a process that died has its next turn when the lease ends, and is
//! called again with whatever was not recorded. An endpoint has one turn after the other with few deliveries each;
//! between two of its turns every other endpoint that is due has one. So neither a slow endpoint nor one with a
//! long queue delays another.

use std::collections::VecDeque;
use std::time::Duration;

use super::delivery::{Attempt, DeliveryState, EndpointHealth, next_attempt};
use super::endpoint::{DisabledReason, EndpointStanding, WebhookEndpoint};
use super::event::WebhookEvent;
use super::outcome::WebhookOutcome;
use crate::ids::{AccountId, WebhookEndpointId, WebhookEventId};
use crate::notice::{MailNotice, NoticeKind};
use crate::sealing::Sealed;
use crate::time::Timestamp;

/// A turn has at most this many deliveries.
pub const MAX_DELIVERIES: usize = 100;

/// An endpoint rests for this long after a turn, for each call from the turn's beginning on: it receives at most 500
/// events a second. So an account that causes more neither floods its own receiver, nor takes the processors from
/// the sends of others.
const PACE: Duration = Duration::from_millis(2);

/// At most this many calls of one endpoint are under way at a time.
const CALLS_AT_A_TIME: usize = 4;

/// A turn begins no call after this time.
const TURN_TIME: Duration = Duration::from_secs(5);

/// How long a turn holds: longer than the time in which a turn begins calls (5 s) and the longest call together.
pub const LEASE: Duration = Duration::from_secs(30);

/// A listener that fetches nothing for this long is removed. It has its own turn meanwhile.
pub const LISTENER_SILENCE: Duration = Duration::from_secs(2 * 60);

/// A delivery that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueDelivery {
    /// The event.
    pub event: WebhookEvent,
    /// The attempts that were made.
    pub attempts: u32,
    /// Those of them since the delivery began, or was last replayed.
    pub failed_attempts: u32,
}

/// The turn of an endpoint, as it is claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookTurn {
    /// The endpoint.
    pub endpoint: WebhookEndpoint,
    /// Its recent failures.
    pub health: EndpointHealth,
    /// The end of the lease, by which the turn is known.
    pub leased_until: Timestamp,
    /// At most [`MAX_DELIVERIES`] deliveries, those due for longest first.
    pub due: Vec<DueDelivery>,
}

/// A turn that is under way.
#[derive(Debug)]
pub struct TurnUnderWay {
    endpoint_id: WebhookEndpointId,
    account_id: AccountId,
    leased_until: Timestamp,
    begun_at: Timestamp,
    waiting: VecDeque<DueDelivery>,
    under_way: usize,
    ended_calls: u32,
    health: EndpointHealth,
    disabled: Option<DisabledReason>,
    attempts: Vec<RecordedAttempt>,
}

/// A call that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedCall {
    /// The outcome.
    pub outcome: WebhookOutcome,
    /// The beginning of the answer, sealed.
    pub excerpt: Option<Sealed>,
    /// The time at which it ended.
    pub at: Timestamp,
    /// A random number that spreads the next attempt.
    pub spread: u8,
}

/// An attempt to deliver, as a store keeps it, and what becomes of its delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedAttempt {
    /// The event.
    pub event_id: WebhookEventId,
    /// Its number among the attempts of the delivery, from 1.
    pub number: u32,
    /// The time at which it ended.
    pub at: Timestamp,
    /// How long it took.
    pub latency: Duration,
    /// The HTTP status, if an answer arrived.
    pub status: Option<u16>,
    /// The name of the failure, if it failed.
    pub failure: Option<&'static str>,
    /// The beginning of the answer, sealed.
    pub excerpt: Option<Sealed>,
    /// The new state of the delivery.
    pub state: DeliveryState,
    /// The time of the next attempt, if the delivery waits.
    pub due_at: Option<Timestamp>,
    /// The attempts since the delivery began, or was last replayed.
    pub failed_attempts: u32,
}

/// A turn that ended: what a store has to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedTurn {
    /// The endpoint.
    pub endpoint_id: WebhookEndpointId,
    /// Its account.
    pub account_id: AccountId,
    /// The end of the lease. If the stored one is another, the turn is no longer this process's.
    pub leased_until: Timestamp,
    /// The attempts, each of another delivery.
    pub attempts: Vec<RecordedAttempt>,
    /// The endpoint's health from now on.
    pub health: EndpointHealth,
    /// The reason the endpoint is disabled from now on, if it is.
    pub disabled: Option<DisabledReason>,
    /// The time at which it ended.
    pub at: Timestamp,
}

impl TurnUnderWay {
    /// Begins a turn.
    pub fn begin(turn: &WebhookTurn, now: Timestamp) -> Self {
        Self {
            endpoint_id: turn.endpoint.id,
            account_id: turn.endpoint.account_id,
            leased_until: turn.leased_until,
            begun_at: now,
            waiting: turn.due.iter().copied().collect(),
            under_way: 0,
            ended_calls: 0,
            health: turn.health,
            disabled: None,
            attempts: Vec::new(),
        }
    }

    /// Returns the next delivery to call the endpoint for; `None` if no call may begin before one has ended, or
    /// none at all in this turn.
    pub fn next(&mut self, now: Timestamp) -> Option<DueDelivery> {
        let may_begin = self.disabled.is_none()
            && now <= self.begun_at + TURN_TIME
            && self.health.may_be_called_at(now) <= now
            && self.under_way < self.health.calls_at_a_time(CALLS_AT_A_TIME);
        let next = may_begin.then(|| self.waiting.pop_front()).flatten()?;
        self.under_way += 1;
        Some(next)
    }

    /// Takes in a call that [`next`](Self::next) returned the delivery of.
    pub fn record(&mut self, delivery: DueDelivery, call: EndedCall) {
        self.under_way -= 1;
        self.ended_calls += 1;
        let failed_attempts = delivery.failed_attempts.saturating_add(1);
        let judged = self.health.judge(Attempt {
            number: failed_attempts,
            verdict: call.outcome.verdict(),
            at: call.at,
            spread: call.spread,
        });
        self.health = judged.health;
        self.disabled = self.disabled.or(judged.disabled);
        self.attempts.push(RecordedAttempt {
            event_id: delivery.event.id,
            number: delivery.attempts.saturating_add(1),
            at: call.at,
            latency: call.outcome.latency,
            status: call.outcome.status(),
            failure: call.outcome.failure_code(),
            excerpt: call.excerpt,
            state: judged.state,
            due_at: judged.due_at,
            failed_attempts,
        });
    }

    /// Gives a delivery up without a call, because what its event is about no longer exists.
    pub fn give_up(&mut self, delivery: DueDelivery, at: Timestamp) {
        self.fail_without_call(delivery, "resource_gone", at, None);
    }

    /// Takes in a delivery that was not made because the gateway cannot read what it needs. It is tried again like
    /// one that failed, but says nothing about the endpoint.
    pub fn fail_unread(&mut self, mut delivery: DueDelivery, at: Timestamp, spread: u8) {
        delivery.failed_attempts = delivery.failed_attempts.saturating_add(1);
        let due_at = next_attempt(delivery.failed_attempts, at, spread, None);
        self.fail_without_call(delivery, "internal", at, due_at);
    }

    fn fail_without_call(
        &mut self,
        delivery: DueDelivery,
        failure: &'static str,
        at: Timestamp,
        due_at: Option<Timestamp>,
    ) {
        self.under_way -= 1;
        self.attempts.push(RecordedAttempt {
            event_id: delivery.event.id,
            number: delivery.attempts.saturating_add(1),
            at,
            latency: Duration::ZERO,
            status: None,
            failure: Some(failure),
            excerpt: None,
            state: DeliveryState::after_failure(due_at),
            due_at,
            failed_attempts: delivery.failed_attempts,
        });
    }

    /// Ends the turn. Deliveries for which no call was begun stay due.
    pub fn end(mut self, at: Timestamp) -> EndedTurn {
        let calls = self.ended_calls;
        let paced = (calls > 0).then(|| self.begun_at + PACE * calls);
        self.health.rests_until = self.health.rests_until.max(paced);
        EndedTurn {
            endpoint_id: self.endpoint_id,
            account_id: self.account_id,
            leased_until: self.leased_until,
            attempts: self.attempts,
            health: self.health,
            disabled: self.disabled,
            at,
        }
    }
}

impl EndedTurn {
    /// Returns the notice to the account holder, if the turn disabled the endpoint.
    pub fn notice(&self) -> Option<MailNotice> {
        self.disabled?;
        let kind = NoticeKind::WebhookDisabled {
            endpoint_id: self.endpoint_id,
        };
        let occasion = format!("{} {}", self.endpoint_id, self.at.unix_millis());
        Some(MailNotice::new(
            self.account_id,
            kind,
            &occasion,
            None,
            self.at,
        ))
    }

    /// Returns the time of the endpoint's next turn, given when the first of its waiting deliveries is due.
    ///
    /// An endpoint that still has something due has its next turn after all others that are due now.
    pub fn next_turn(
        &self,
        standing: EndpointStanding,
        first_due: Option<Timestamp>,
    ) -> Option<Timestamp> {
        next_turn(standing, self.health, first_due, self.at)
    }
}

/// Returns the end of the turn with which a new endpoint begins; `None` if it begins without one.
///
/// A listener has its own turn for as long as it listens. Whoever claims it after that finds a listener that is gone.
pub fn first_turn(endpoint: &WebhookEndpoint) -> Option<Timestamp> {
    let is_listener = endpoint.is_listener();
    is_listener.then(|| endpoint.created_at + LISTENER_SILENCE)
}

/// Returns the time of the next turn, and the health, of an endpoint after a change that
/// [restarts](super::endpoint::WebhookEndpointChange::restarts) it. `first_due` is when the first of its waiting
/// deliveries is due.
pub fn restarted(
    endpoint: &WebhookEndpoint,
    first_due: Option<Timestamp>,
) -> (Option<Timestamp>, EndpointHealth) {
    let due_at = first_due.filter(|_| endpoint.standing == EndpointStanding::Enabled);
    (due_at, EndpointHealth::default())
}

/// Returns the time of the next turn of an endpoint whose first waiting delivery is due at `first_due`.
pub fn next_turn(
    standing: EndpointStanding,
    health: EndpointHealth,
    first_due: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    let first_due = first_due.filter(|_| standing == EndpointStanding::Enabled)?;
    Some(health.may_be_called_at(first_due.max(now)))
}

#[cfg(test)]
mod tests;
