//! What is still to happen and to be told: the one place that decides what the worker does next.
//!
//! Everything here is a plain state under the sandbox's lock, so that a reset is one assignment
//! and a test can ask for it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::Instant;

use super::{
    DeliveryOptions, WebhookOptions,
    event::{Due, Notice, Parcel},
    handshake::{Handshake, Phase},
    log::{Delivery, Log, Subject, Told},
    shape, wire,
};
use crate::{life::Signature, template::Template};

/// Beyond this many events that nobody has been told, new ones are dropped and counted.
const MOST_WAITING: usize = 100_000;

/// What the worker does next.
#[derive(Debug)]
pub(crate) enum Task {
    /// Asks the receiver whether it is the right one.
    Handshake(Arc<WebhookOptions>),
    /// Tells it something.
    Deliver(Arc<WebhookOptions>, Arc<Parcel>, Option<Arc<str>>),
    /// Waits for this moment, or for news.
    Wait(Option<Instant>),
    /// Nobody wants to be told.
    Stop,
}

/// The counters; they only grow.
#[derive(Clone, Copy, Debug, Default)]
struct Counters {
    delivered: u64,
    attempts: u64,
    given_up: u64,
    dropped: u64,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Outbox {
    pub(crate) target: Option<Arc<WebhookOptions>>,
    pub(crate) settings: DeliveryOptions,
    /// The number of the worker that runs.
    pub(crate) worker: Option<u64>,
    pub(crate) log: Log,
    handshake: Handshake,
    dues: BTreeMap<(Instant, u64), Due>,
    next_due: u64,
    ready: VecDeque<(Instant, Notice)>,
    again: VecDeque<Arc<Parcel>>,
    counters: Counters,
    under_way: usize,
    /// Grows when everything before is forgotten.
    epoch: u64,
}

impl Outbox {
    pub(crate) fn new(
        target: Option<WebhookOptions>,
        settings: DeliveryOptions,
        capacity: usize,
    ) -> Self {
        Self {
            target: target.map(Arc::new),
            settings,
            worker: None,
            log: Log::new(capacity),
            handshake: Handshake::new(),
            dues: BTreeMap::new(),
            next_due: 0,
            ready: VecDeque::new(),
            again: VecDeque::new(),
            counters: Counters::default(),
            under_way: 0,
            epoch: 0,
        }
    }

    /// Forgets everything but the receiver and how far it is known: where webhooks go is wiring,
    /// not memory.
    pub(crate) fn succeed(&mut self, before: Self) {
        self.target = before.target;
        self.settings = before.settings;
        self.handshake = before.handshake;
        self.worker = before.worker;
        self.under_way = before.under_way;
        self.epoch = before.epoch + 1;
    }

    /// Points webhooks somewhere else, or nowhere. What waits goes to the new receiver.
    pub(crate) fn point_at(&mut self, target: Option<WebhookOptions>) {
        if target.is_none() {
            self.dues.clear();
            self.ready.clear();
            self.again.clear();
            self.epoch += 1;
        }
        self.target = target.map(Arc::new);
        self.handshake = Handshake::new();
    }

    pub(crate) fn is_on(&self) -> bool {
        self.target.is_some()
    }

    pub(crate) fn is_verified(&self) -> bool {
        self.handshake.phase == Phase::Verified
    }

    /// Plans something; without a receiver nothing is planned.
    pub(crate) fn plan(&mut self, at: Instant, due: Due) {
        if !self.is_on() {
            return;
        }
        if self.waiting() >= MOST_WAITING {
            self.counters.dropped += 1;
            return;
        }
        self.dues.insert((at, self.next_due), due);
        self.next_due += 1;
    }

    /// Plans the end of a template's review, which somebody may decide otherwise until then.
    pub(crate) fn plan_approval(&mut self, template: &Template, now: OffsetDateTime) {
        let Some(from) = template.approved_from() else {
            return;
        };
        let review = Duration::try_from(from - now).unwrap_or(Duration::ZERO);
        // A review may be set to take longer than a clock can tell; then it never ends.
        if let Some(at) = Instant::now().checked_add(review) {
            self.plan(at, Due::Approval(template.id.clone()));
        }
    }

    /// Takes what has become due by now, in order.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<Due> {
        let first = self.dues.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    /// Puts an event where the next request takes it from.
    pub(crate) fn tell(&mut self, now: Instant, notice: Notice) {
        self.ready.push_back((now, notice));
    }

    pub(crate) fn try_again(&mut self, parcel: Arc<Parcel>) {
        self.again.push_back(parcel);
    }

    /// What to do at this moment, once nothing is due any more.
    pub(crate) fn next_task(&mut self, now: Instant, wall: OffsetDateTime) -> Task {
        let Some(target) = self.target.clone() else {
            return Task::Stop;
        };
        let next_due = self.dues.keys().next().map(|(at, _)| *at);
        match self.handshake.phase {
            Phase::Due(at) if at <= now => {
                self.handshake.phase = Phase::UnderWay;
                return Task::Handshake(target);
            }
            Phase::Due(at) => {
                return Task::Wait(next_due.map_or(Some(at), |due| Some(due.min(at))));
            }
            Phase::UnderWay => return Task::Wait(next_due),
            Phase::Verified => {}
        }
        if self.under_way >= self.settings.connections.max(1) {
            return Task::Wait(next_due);
        }
        let parcel = match self.again.pop_front() {
            Some(parcel) => parcel,
            None => match self.batch(now) {
                Ok(notices) => self.pack(notices, wall),
                Err(full_at) => {
                    let earliest = [next_due, full_at].into_iter().flatten().min();
                    return Task::Wait(earliest);
                }
            },
        };
        self.under_way += 1;
        // Signed only now: the secret may have changed since the last attempt.
        let secret = &target.app_secret;
        let header = wire::signature(secret, parcel.body.as_bytes(), parcel.signature);
        let header: Option<Arc<str>> = header.map(Into::into);
        self.log
            .update(parcel.id, |delivery| delivery.signature.clone_from(&header));
        Task::Deliver(target, parcel, header)
    }

    /// The events of the next request, or when there will be some.
    fn batch(&mut self, now: Instant) -> Result<Vec<Notice>, Option<Instant>> {
        let size = self.settings.batch_size.max(1);
        let Some((since, first)) = self.ready.front() else {
            return Err(None);
        };
        let (signature, together) = (first.signature, first.together);
        let complete = *since + self.settings.batch_window;
        if complete > now && self.ready.len() < size {
            return Err(Some(complete));
        }
        let mut notices = Vec::new();
        while let Some((_, next)) = self.ready.front() {
            let shares = together.is_some() && next.together == together;
            let fits = notices.len() < size && next.together.is_none() && together.is_none();
            if next.signature != signature || !(shares || fits) {
                break;
            }
            notices.extend(self.ready.pop_front().map(|(_, notice)| notice));
        }
        Ok(notices)
    }

    fn pack(&mut self, notices: Vec<Notice>, wall: OffsetDateTime) -> Arc<Parcel> {
        let signature = notices
            .first()
            .map_or(Signature::Right, |first| first.signature);
        let subjects = notices
            .iter()
            .map(|notice| Subject {
                field: notice.field.clone(),
                wamid: notice.wamid.clone(),
                status: notice.status,
            })
            .collect();
        let changes = notices
            .into_iter()
            .map(|notice| (notice.waba_id, notice.field, notice.value))
            .collect();
        let envelope = shape::envelope(changes, self.settings.separate_entries, wall);
        let body: Arc<str> = wire::escaped(&envelope).into();
        let id = self.log.open(Delivery {
            id: 0,
            created_at: wall,
            subjects,
            body: Arc::clone(&body),
            signature: None,
            attempts: 0,
            http_status: None,
            error: None,
            outcome: Told::Pending,
        });
        Arc::new(Parcel {
            id,
            body,
            signature,
            epoch: self.epoch,
            attempts: 0,
        })
    }

    /// Writes down what the receiver answered, and plans the next attempt where one is due.
    pub(crate) fn answered(&mut self, parcel: &Parcel, answer: Result<u16, String>, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        if parcel.epoch != self.epoch {
            return;
        }
        let attempts = parcel.attempts + 1;
        self.counters.attempts += 1;
        let outcome = if answer == Ok(200) {
            self.counters.delivered += 1;
            Told::Delivered
        // Whoever signs wrongly does not come back.
        } else if parcel.signature != Signature::Right || attempts >= self.settings.attempts {
            self.counters.given_up += 1;
            Told::GivenUp
        } else {
            Told::Pending
        };
        let error = answer.as_ref().err().cloned();
        self.log.update(parcel.id, |delivery| {
            delivery.attempts = attempts;
            delivery.http_status = answer.ok();
            delivery.error = error;
            delivery.outcome = outcome;
        });
        if outcome == Told::Pending {
            let again = Parcel {
                id: parcel.id,
                body: Arc::clone(&parcel.body),
                signature: parcel.signature,
                epoch: parcel.epoch,
                attempts,
            };
            self.plan(
                now + self.settings.pause(attempts),
                Due::Retry(Arc::new(again)),
            );
        }
    }

    /// Writes down how the handshake went, unless webhooks point elsewhere by now.
    pub(crate) fn shaken(
        &mut self,
        target: &Arc<WebhookOptions>,
        answer: Result<u16, (Option<u16>, String)>,
        now: Instant,
        wall: OffsetDateTime,
    ) {
        let current = self.target.as_ref();
        if !current.is_some_and(|current| Arc::ptr_eq(current, target)) {
            return;
        }
        let pause = self
            .settings
            .pause(self.handshake.attempts.saturating_add(1));
        self.handshake.answered(answer, now + pause, wall);
    }

    /// Whatever the worker had on its way when it ended is tried by the next one.
    pub(crate) fn worker_ended(&mut self, worker: u64) {
        if self.worker == Some(worker) {
            self.worker = None;
            self.under_way = 0;
            if self.handshake.phase == Phase::UnderWay {
                self.handshake = Handshake::new();
            }
        }
    }

    /// How many events and requests nobody has been told yet.
    fn waiting(&self) -> usize {
        self.dues.len() + self.ready.len() + self.again.len()
    }

    /// The receiver without its secrets, the handshake and the counters.
    pub(crate) fn to_json(&self) -> Value {
        let settings = &self.settings;
        let milliseconds =
            |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        json!({
            "url": self.target.as_ref().map(|target| &target.url),
            "handshake": self.target.as_ref().map(|_| self.handshake.to_json()),
            "delivery": {
                "batch_size": settings.batch_size,
                "batch_window_ms": milliseconds(settings.batch_window),
                "separate_entries": settings.separate_entries,
                "retry_first_ms": milliseconds(settings.retry_first),
                "retry_most_ms": milliseconds(settings.retry_most),
                "attempts": settings.attempts,
                "connections": settings.connections,
                "timeout_ms": milliseconds(settings.timeout),
            },
            "totals": {
                "requests": self.log.total(),
                "attempts": self.counters.attempts,
                "delivered": self.counters.delivered,
                "given_up": self.counters.given_up,
                "dropped": self.counters.dropped,
            },
            "waiting": self.waiting() + self.under_way,
        })
    }
}
