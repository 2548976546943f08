//! One receiver of webhooks. Each has its own queue, retries and log, so a receiver that does not
//! answer delays no other.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use serde_json::Value;
use time::OffsetDateTime;
use tokio::time::Instant;

use super::{
    change::Change,
    handshake::{Failure, Handshake, Phase},
    log::{Delivery, DeliveryOutcome, Log, MAX_DELIVERIES, Subject},
    outbox::{MAX_WAITING, Task},
    shape, wire,
};
use crate::{life::Signature, options::paced};

/// The time before the second attempt; it doubles with each failure.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const MAX_PAUSE: Duration = Duration::from_secs(10);
/// Keeps a sandbox without delays from retrying in a busy loop.
const MIN_PAUSE: Duration = Duration::from_millis(10);
const MAX_ATTEMPTS: u32 = 20;

/// The address of a receiver.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) url: String,
    pub(crate) verify_token: String,
}

/// A request that is on its way or waits for its next attempt.
#[derive(Debug)]
pub(crate) struct Request {
    /// The id in the log.
    id: u64,
    pub(super) body: Arc<str>,
    signature: Signature,
    failures: u32,
    /// The generation of the receiver that it belongs to.
    generation: u64,
}

/// A receiver of webhooks.
#[derive(Debug)]
pub(crate) struct Receiver {
    target: Arc<Target>,
    handshake: Handshake,
    pub(crate) log: Log,
    queue: VecDeque<Change>,
    /// Requests by the time of their next attempt.
    retries: BTreeMap<(Instant, u64), Arc<Request>>,
    in_flight: Option<Arc<Request>>,
    pace: f64,
    /// Distinguishes this receiver from an earlier one of the same name, and from itself before a
    /// reset.
    generation: u64,
}

impl Receiver {
    pub(super) fn new(target: Target, pace: f64, generation: u64) -> Self {
        Self {
            target: Arc::new(target),
            handshake: Handshake::new(),
            log: Log::new(MAX_DELIVERIES),
            queue: VecDeque::new(),
            retries: BTreeMap::new(),
            in_flight: None,
            pace,
            generation,
        }
    }

    /// Empties the queue and the log. The address stays, and so does the handshake.
    pub(super) fn clear(&mut self, generation: u64) {
        self.log = Log::new(MAX_DELIVERIES);
        self.queue.clear();
        self.retries.clear();
        self.in_flight = None;
        self.generation = generation;
    }

    /// Changes the address, which needs a new handshake. Waiting changes go to the new address.
    pub(super) fn point_at(&mut self, target: Target) {
        self.target = Arc::new(target);
        self.handshake = Handshake::new();
    }

    pub(crate) fn is_verified(&self) -> bool {
        self.handshake.phase == Phase::Verified
    }

    pub(super) fn url(&self) -> &str {
        &self.target.url
    }

    pub(super) fn handshake_json(&self) -> Value {
        self.handshake.to_json()
    }

    /// Returns the number of changes and requests that are not done.
    pub(super) fn waiting(&self) -> usize {
        self.queue.len() + self.retries.len() + usize::from(self.in_flight.is_some())
    }

    /// Queues a change, and returns whether there was room for it.
    pub(super) fn queue(&mut self, change: Change) -> bool {
        let has_room = self.waiting() < MAX_WAITING;
        if has_room {
            self.queue.push_back(change);
        }
        has_room
    }

    /// Returns the next task for this receiver, whose name is `name`.
    pub(super) fn next_task(
        &mut self,
        name: &Arc<str>,
        app_secret: &str,
        now: Instant,
        wall: OffsetDateTime,
    ) -> Task {
        match self.handshake.phase {
            Phase::Due(at) if at <= now => {
                self.handshake.phase = Phase::InFlight;
                return Task::Handshake(Arc::clone(name), Arc::clone(&self.target));
            }
            Phase::Due(at) => return Task::Wait(Some(at)),
            Phase::InFlight => return Task::Wait(None),
            Phase::Verified => {}
        }
        if self.in_flight.is_some() {
            return Task::Wait(None);
        }
        let request = match self.retries.first_entry() {
            Some(first) if first.key().0 <= now => first.remove(),
            Some(_) | None => match self.pack(wall) {
                Some(request) => request,
                None => return Task::Wait(self.retries.keys().next().map(|(at, _)| *at)),
            },
        };
        self.in_flight = Some(Arc::clone(&request));
        // Each attempt is signed again, because the secret may have changed.
        let header = wire::signature(app_secret, request.body.as_bytes(), request.signature);
        let header: Option<Arc<str>> = header.map(Into::into);
        if let Some(delivery) = self.log.get_mut(request.id) {
            delivery.signature.clone_from(&header);
        }
        Task::Deliver(Arc::clone(name), Arc::clone(&self.target), request, header)
    }

    /// Makes a request of the first change, and of those that share a request with it.
    fn pack(&mut self, wall: OffsetDateTime) -> Option<Arc<Request>> {
        let first = self.queue.pop_front()?;
        let (signature, together) = (first.signature, first.together);
        let mut changes = vec![first];
        while let Some(next) = self
            .queue
            .pop_front_if(|next| together.is_some() && next.together == together)
        {
            changes.push(next);
        }
        let subjects = changes.iter().map(Subject::of).collect();
        let body: Arc<str> = wire::escaped(&shape::envelope(changes, wall)).into();
        let id = self.log.push(|id| Delivery {
            id,
            created_at: wall,
            subjects,
            body: Arc::clone(&body),
            signature: None,
            attempts: 0,
            http_status: None,
            error: None,
            outcome: DeliveryOutcome::Pending,
        });
        Some(Arc::new(Request {
            id,
            body,
            signature,
            failures: 0,
            generation: self.generation,
        }))
    }

    /// Records the answer to a request, and plans the next attempt if one is left.
    pub(super) fn record_answer(
        &mut self,
        request: &Request,
        answer: Result<u16, String>,
        now: Instant,
    ) {
        if request.generation != self.generation {
            return;
        }
        self.in_flight = None;
        let attempts = request.failures + 1;
        let outcome = if answer == Ok(200) {
            DeliveryOutcome::Delivered
        // A forger does not come back.
        } else if request.signature != Signature::Right || attempts >= MAX_ATTEMPTS {
            DeliveryOutcome::GivenUp
        } else {
            let retry = Request {
                id: request.id,
                body: Arc::clone(&request.body),
                signature: request.signature,
                failures: attempts,
                generation: request.generation,
            };
            let at = now + pause(attempts, self.pace);
            self.retries.insert((at, request.id), Arc::new(retry));
            DeliveryOutcome::Pending
        };
        if let Some(delivery) = self.log.get_mut(request.id) {
            delivery.attempts = attempts;
            delivery.error = answer.as_ref().err().cloned();
            delivery.http_status = answer.ok();
            delivery.outcome = outcome;
        }
    }

    /// Records the answer to a handshake, unless the address has changed since.
    pub(super) fn record_handshake(
        &mut self,
        target: &Arc<Target>,
        answer: Result<u16, Failure>,
        now: Instant,
        wall: OffsetDateTime,
    ) {
        if Arc::ptr_eq(&self.target, target) {
            let pause = pause(self.handshake.attempts.saturating_add(1), self.pace);
            self.handshake.record(answer, now + pause, wall);
        }
    }

    /// Repeats what was on its way when the worker ended.
    pub(super) fn worker_ended(&mut self) {
        if let Some(request) = self.in_flight.take() {
            self.retries.insert((Instant::now(), request.id), request);
        }
        if self.handshake.phase == Phase::InFlight {
            self.handshake = Handshake::new();
        }
    }
}

/// Returns the time before the next attempt.
fn pause(failures: u32, pace: f64) -> Duration {
    let factor = 1_u32
        .checked_shl(failures.saturating_sub(1))
        .unwrap_or(u32::MAX);
    let pause = FIRST_PAUSE.saturating_mul(factor).min(MAX_PAUSE);
    paced(pause, pace).max(MIN_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_ten_seconds() {
        let seconds = |failures| pause(failures, 1.0).as_secs_f64();
        assert_eq!([1, 2, 3].map(seconds), [0.5, 1.0, 2.0]);
        assert_eq!([6, 7, 40, u32::MAX].map(seconds), [10.0; 4]);
        assert_eq!(pause(1, 0.0), MIN_PAUSE);
    }
    #[test]
    fn a_request_that_was_on_its_way_when_the_worker_ended_is_repeated() {
        let name: Arc<str> = "default".into();
        let wall = OffsetDateTime::UNIX_EPOCH;
        let target = Target {
            url: "http://127.0.0.1:9/".to_owned(),
            verify_token: "token".to_owned(),
        };
        let mut receiver = Receiver::new(target, 1.0, 1);
        let next =
            |receiver: &mut Receiver| receiver.next_task(&name, "secret", Instant::now(), wall);
        let Task::Handshake(_, target) = next(&mut receiver) else {
            panic!("the handshake comes first");
        };
        receiver.record_handshake(&target, Ok(200), Instant::now(), wall);
        assert!(receiver.queue(Change::new("account_update", Value::Null)));
        for _ in 0..2 {
            assert!(
                matches!(next(&mut receiver), Task::Deliver(_, _, request, _) if request.id == 1)
            );
            assert!(matches!(next(&mut receiver), Task::Wait(None)));
            receiver.worker_ended();
        }
    }
}
