//! The outbox: planned events, and the receivers of their reports. This is the only place that
//! decides what the worker does next.
//!
//! The outbox is plain state under the sandbox's lock.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::Instant;

use super::{
    change::{Change, Due},
    handshake::Failure,
    receiver::{Receiver, Request, Target},
};
use crate::{DEFAULT_WABA_ID, options::WebhookOptions, template::Template};

/// Further changes are dropped and counted.
pub(super) const MAX_WAITING: usize = 100_000;
/// The name of the app's own receiver.
pub(crate) const APP: &str = "default";

/// A task of the worker.
#[derive(Debug)]
pub(super) enum Task {
    /// Asks the named receiver for the handshake.
    Handshake(Arc<str>, Arc<Target>),
    /// Sends the named receiver a request with this signature.
    Deliver(Arc<str>, Arc<Target>, Arc<Request>, Option<Arc<str>>),
    /// Waits until this time, or until something is planned.
    Wait(Option<Instant>),
    /// Ends the worker, because there is no receiver.
    Stop,
}

/// A part of the webhooks that goes to its own receiver instead of the app's.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Override<'a> {
    Account,
    /// The phone number with this id.
    Number(&'a str),
}

/// The planned events and the receivers.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pace: f64,
    /// Signs the requests to every receiver, because an override changes only the address.
    app_secret: String,
    receivers: BTreeMap<Arc<str>, Receiver>,
    due: BTreeMap<(Instant, u64), Due>,
    /// The id of the running worker.
    worker: Option<u64>,
    next_id: u64,
    dropped: u64,
}

impl Outbox {
    pub(crate) fn new(webhook: Option<WebhookOptions>, pace: f64) -> Self {
        let mut outbox = Self {
            pace,
            ..Self::default()
        };
        if let Some(webhook) = webhook {
            outbox.set_webhook(webhook);
        }
        outbox
    }

    /// Drops everything planned, every log and every override. The app's receiver stays.
    pub(crate) fn clear(&mut self) {
        self.due.clear();
        self.dropped = 0;
        self.receivers.retain(|name, _| **name == *APP);
        let generation = self.next_id();
        for receiver in self.receivers.values_mut() {
            receiver.clear(generation);
        }
    }

    /// Sets the app's receiver.
    pub(crate) fn set_webhook(&mut self, webhook: WebhookOptions) {
        self.app_secret = webhook.app_secret;
        let target = Target {
            url: webhook.url,
            verify_token: webhook.verify_token,
        };
        self.set_receiver(APP, target);
    }

    /// Sets or removes the receiver of an override.
    pub(crate) fn set_override(&mut self, of: Override<'_>, target: Option<Target>) {
        match target {
            Some(target) => self.set_receiver(&of.receiver_name(), target),
            None => {
                self.remove_receiver(&of.receiver_name());
            }
        }
    }

    /// Removes a receiver, and returns whether there was one.
    pub(crate) fn remove_receiver(&mut self, name: &str) -> bool {
        let removed = self.receivers.remove(name).is_some();
        if !self.is_on() {
            self.due.clear();
        }
        removed
    }

    fn set_receiver(&mut self, name: &str, target: Target) {
        if let Some(receiver) = self.receivers.get_mut(name) {
            receiver.point_at(target);
        } else {
            let receiver = Receiver::new(target, self.pace, self.next_id());
            self.receivers.insert(name.into(), receiver);
        }
    }

    /// Returns whether there is a receiver.
    pub(crate) fn is_on(&self) -> bool {
        !self.receivers.is_empty()
    }

    pub(crate) fn receiver(&self, name: &str) -> Option<&Receiver> {
        self.receivers.get(name)
    }

    /// Plans something. Without a receiver nothing is planned.
    pub(crate) fn plan(&mut self, at: Instant, due: Due) {
        if !self.is_on() {
            return;
        }
        if self.due.len() >= MAX_WAITING {
            self.dropped += 1;
            return;
        }
        let id = self.next_id();
        self.due.insert((at, id), due);
    }

    /// Plans a change for now.
    pub(crate) fn plan_now(&mut self, change: Change) {
        self.plan(Instant::now(), Due::Change(change));
    }

    /// Plans the reports of a template's review. A reviewer may still decide before its end.
    pub(crate) fn plan_review(&mut self, template: &Template, now: OffsetDateTime) {
        let Some(from) = template.approved_from() else {
            return;
        };
        if from > now {
            self.plan_now(template.status_update("PENDING"));
        }
        let review = Duration::try_from(from - now).unwrap_or(Duration::ZERO);
        // A review that ends beyond the range of `Instant` never ends.
        if let Some(at) = Instant::now().checked_add(review) {
            self.plan(at, Due::Approval(template.id.clone()));
        }
    }

    /// Removes and returns the next thing that is due.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Due> {
        let first = self.due.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    /// Queues a change for its receiver: that of its number, else of the account, else the app's.
    pub(crate) fn send(&mut self, change: Change) {
        let number = change.value["metadata"]["phone_number_id"].as_str();
        let number = number.map_or_else(String::new, |id| Override::Number(id).receiver_name());
        for name in [number, Override::Account.receiver_name(), APP.to_owned()] {
            if let Some(receiver) = self.receivers.get_mut(name.as_str()) {
                self.dropped += u64::from(!receiver.queue(change));
                return;
            }
        }
    }

    /// Returns the worker's next task, once nothing is due any more.
    pub(super) fn next_task(&mut self, now: Instant, wall: OffsetDateTime) -> Task {
        if !self.is_on() {
            return Task::Stop;
        }
        let mut earliest = self.due.keys().next().map(|(at, _)| *at);
        for (name, receiver) in &mut self.receivers {
            match receiver.next_task(name, &self.app_secret, now, wall) {
                Task::Wait(at) => earliest = [earliest, at].into_iter().flatten().min(),
                task @ (Task::Handshake(..) | Task::Deliver(..) | Task::Stop) => return task,
            }
        }
        Task::Wait(earliest)
    }

    pub(super) fn record_answer(
        &mut self,
        receiver: &str,
        request: &Request,
        answer: Result<u16, String>,
        now: Instant,
    ) {
        if let Some(receiver) = self.receivers.get_mut(receiver) {
            receiver.record_answer(request, answer, now);
        }
    }

    pub(super) fn record_handshake(
        &mut self,
        receiver: &str,
        target: &Arc<Target>,
        answer: Result<u16, Failure>,
        now: Instant,
        wall: OffsetDateTime,
    ) {
        if let Some(receiver) = self.receivers.get_mut(receiver) {
            receiver.record_handshake(target, answer, now, wall);
        }
    }

    /// Returns the id of a new worker, if one is needed and none runs.
    pub(super) fn begin_worker(&mut self) -> Option<u64> {
        if !self.is_on() || self.worker.is_some() {
            return None;
        }
        self.worker = Some(self.next_id());
        self.worker
    }

    pub(super) fn is_worker(&self, worker: u64) -> bool {
        self.worker == Some(worker)
    }

    pub(super) fn end_worker(&mut self, worker: u64) {
        if self.is_worker(worker) {
            self.worker = None;
            self.receivers.values_mut().for_each(Receiver::worker_ended);
        }
    }

    /// Returns the app's receiver in its JSON form, without secrets.
    pub(crate) fn to_json(&self) -> Value {
        let app = self.receivers.get(APP);
        json!({
            "url": app.map(Receiver::url),
            "handshake": app.map(Receiver::handshake_json),
            "waiting": self.due.len() + app.map_or(0, Receiver::waiting),
            "dropped": self.dropped,
        })
    }

    fn next_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

impl Override<'_> {
    /// Returns the name of the receiver, after the Graph route that sets it.
    fn receiver_name(self) -> String {
        match self {
            Self::Account => format!("{DEFAULT_WABA_ID}/subscribed_apps"),
            Self::Number(id) => format!("{id}/webhook_configuration"),
        }
    }
}
