//! One receiver of webhooks: what it has not been told yet, how asking it went, and what it answered.
//!
//! Each has its own queue, its own pauses and its own log, so that one that is dead holds up nobody.

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
    event::{Notice, Parcel},
    handshake::{Handshake, Phase},
    log::{Delivery, Log, Subject, Told},
    outbox::{MOST_WAITING, Task},
    shape, wire,
};
use crate::life::Signature;

/// The counters; they only grow.
#[derive(Clone, Copy, Debug, Default)]
struct Counters {
    delivered: u64,
    attempts: u64,
    given_up: u64,
    dropped: u64,
}

/// Who is told, and all that is known of it.
#[derive(Debug)]
pub(crate) struct Receiver {
    name: Arc<str>,
    target: Option<Arc<WebhookOptions>>,
    /// What its webhooks are signed with.
    secret: String,
    /// The one account it is told about; all if none.
    waba_id: Option<String>,
    pub(super) settings: DeliveryOptions,
    pub(crate) log: Log,
    handshake: Handshake,
    ready: VecDeque<(Instant, Notice)>,
    /// What is told again, by when.
    again: BTreeMap<(Instant, u64), Arc<Parcel>>,
    counters: Counters,
    under_way: usize,
    /// Tells it from an earlier receiver of the same name.
    incarnation: u64,
    /// Grows when everything before is forgotten.
    epoch: u64,
}

impl Receiver {
    pub(super) fn new(
        name: &str,
        settings: DeliveryOptions,
        capacity: usize,
        incarnation: u64,
    ) -> Self {
        Self {
            name: name.into(),
            target: None,
            secret: String::new(),
            waba_id: None,
            settings,
            log: Log::new(capacity),
            handshake: Handshake::new(),
            ready: VecDeque::new(),
            again: BTreeMap::new(),
            counters: Counters::default(),
            under_way: 0,
            incarnation,
            epoch: 0,
        }
    }

    /// Forgets what was told and what was to be told, not where.
    pub(super) fn forget(&mut self, capacity: usize) {
        self.log = Log::new(capacity);
        self.counters = Counters::default();
        self.silence();
    }

    /// Points its webhooks somewhere else, or nowhere. What waits goes to the new place.
    pub(super) fn point_at(&mut self, target: Option<WebhookOptions>, waba_id: Option<String>) {
        if target.is_none() {
            self.silence();
        }
        self.secret = target
            .as_ref()
            .map_or_else(String::new, |target| target.app_secret.clone());
        self.target = target.map(Arc::new);
        self.waba_id = waba_id;
        self.handshake = Handshake::new();
    }

    pub(super) fn sign_with(&mut self, secret: &str) {
        secret.clone_into(&mut self.secret);
    }

    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    pub(super) fn is_on(&self) -> bool {
        self.target.is_some()
    }

    pub(crate) fn is_verified(&self) -> bool {
        self.is_on() && self.handshake.phase == Phase::Verified
    }

    /// Whether it is told about this account.
    pub(super) fn hears_of(&self, waba_id: &str) -> bool {
        self.is_on() && self.waba_id.as_ref().is_none_or(|only| only == waba_id)
    }

    /// Puts an event where the next request takes it from.
    pub(super) fn tell(&mut self, now: Instant, notice: Notice) {
        if self.ready.len() + self.again.len() >= MOST_WAITING {
            self.counters.dropped += 1;
        } else {
            self.ready.push_back((now, notice));
        }
    }

    pub(super) fn dropped_one(&mut self) {
        self.counters.dropped += 1;
    }

    fn silence(&mut self) {
        self.ready.clear();
        self.again.clear();
        self.epoch += 1;
    }

    /// What to do about it at this moment.
    pub(super) fn next_task(&mut self, now: Instant, wall: OffsetDateTime) -> Task {
        let Some(target) = self.target.clone() else {
            return Task::Wait(None);
        };
        match self.handshake.phase {
            Phase::Due(at) if at <= now => {
                self.handshake.phase = Phase::UnderWay;
                let timeout = self.settings.timeout;
                return Task::Handshake(Arc::clone(&self.name), target, timeout);
            }
            Phase::Due(at) => return Task::Wait(Some(at)),
            Phase::UnderWay => return Task::Wait(None),
            Phase::Verified => {}
        }
        if self.under_way >= self.settings.connections.max(1) {
            return Task::Wait(None);
        }
        let next_attempt = self.again.keys().next().map(|(at, _)| *at);
        let parcel = match self.again.first_entry() {
            Some(first) if first.key().0 <= now => first.remove(),
            Some(_) | None => match self.batch(now) {
                Ok(notices) => self.pack(notices, wall),
                Err(full_at) => {
                    return Task::Wait([next_attempt, full_at].into_iter().flatten().min());
                }
            },
        };
        self.under_way += 1;
        // Signed only now: the secret may have changed since the last attempt.
        let header = wire::signature(&self.secret, parcel.body.as_bytes(), parcel.signature);
        let header: Option<Arc<str>> = header.map(Into::into);
        self.log
            .update(parcel.id, |delivery| delivery.signature.clone_from(&header));
        Task::Deliver(target, parcel, header, self.settings.timeout)
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
            receiver: Arc::clone(&self.name),
            incarnation: self.incarnation,
            epoch: self.epoch,
            attempts: 0,
        })
    }

    /// Writes down what the receiver answered, and plans the next attempt where one is due.
    pub(super) fn answered(&mut self, parcel: &Parcel, answer: Result<u16, String>, now: Instant) {
        if parcel.incarnation != self.incarnation {
            return;
        }
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
            let again = Arc::new(parcel.again());
            let at = now + self.settings.pause(attempts);
            self.again.insert((at, parcel.id), again);
        }
    }

    /// Writes down how the handshake went, unless webhooks point elsewhere by now.
    pub(super) fn shaken(
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

    /// Whatever was on its way is tried anew.
    pub(super) fn worker_ended(&mut self) {
        self.under_way = 0;
        if self.handshake.phase == Phase::UnderWay {
            self.handshake = Handshake::new();
        }
    }

    /// The receiver without its secrets, the handshake and the counters; `planned` are events that
    /// have not happened yet.
    pub(super) fn to_json(&self, planned: usize) -> Value {
        let settings = &self.settings;
        let milliseconds =
            |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        json!({
            "name": &*self.name,
            "waba_id": self.waba_id,
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
            "waiting": planned + self.ready.len() + self.again.len() + self.under_way,
        })
    }
}
