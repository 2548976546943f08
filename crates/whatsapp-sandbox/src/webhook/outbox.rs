//! What is still to happen, and who is told of it: the one place that decides what the worker does
//! next.
//!
//! Everything here is a plain state under the sandbox's lock, so that a reset is one assignment
//! and a test can ask for it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::Value;
use time::OffsetDateTime;
use tokio::time::Instant;

use super::{
    DeliveryOptions, WebhookOptions,
    event::{Due, Notice, Parcel},
    receiver::Receiver,
};
use crate::template::Template;

/// Beyond this many events that nobody has been told, new ones are dropped and counted.
pub(super) const MOST_WAITING: usize = 100_000;
/// More receivers are refused.
const MOST_RECEIVERS: usize = 100;
/// The receiver that the app itself is subscribed with.
pub(crate) const APP: &str = "default";

/// What the worker does next.
#[derive(Debug)]
pub(crate) enum Task {
    /// Asks the named receiver whether it is the right one.
    Handshake(Arc<str>, Arc<WebhookOptions>, Duration),
    /// Tells a receiver something, with this signature, and waits so long for an answer.
    Deliver(Arc<WebhookOptions>, Arc<Parcel>, Option<Arc<str>>, Duration),
    /// Waits for this moment, or for news.
    Wait(Option<Instant>),
    /// Nobody wants to be told.
    Stop,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Outbox {
    /// The app's own is always there, pointed somewhere or not.
    receivers: BTreeMap<Arc<str>, Receiver>,
    /// How a receiver is told that does not say how.
    delivery: DeliveryOptions,
    /// How many requests each receiver's log remembers.
    capacity: usize,
    /// The number of the worker that runs.
    pub(crate) worker: Option<u64>,
    dues: BTreeMap<(Instant, u64), Due>,
    next_due: u64,
    next_incarnation: u64,
}

impl Outbox {
    pub(crate) fn new(
        target: Option<WebhookOptions>,
        delivery: DeliveryOptions,
        capacity: usize,
    ) -> Self {
        let mut app = Receiver::new(APP, delivery, capacity, 0);
        app.point_at(target, None);
        Self {
            receivers: BTreeMap::from([(APP.into(), app)]),
            delivery,
            capacity,
            worker: None,
            dues: BTreeMap::new(),
            next_due: 0,
            next_incarnation: 1,
        }
    }

    /// Forgets everything but the receivers and how far they are known: where webhooks go is
    /// wiring, not memory. What an account overrides is forgotten with the account.
    pub(crate) fn succeed(&mut self, before: Self) {
        self.receivers = before.receivers;
        self.receivers.retain(|name, _| !is_override(name));
        for receiver in self.receivers.values_mut() {
            receiver.forget(self.capacity);
        }
        self.worker = before.worker;
        self.next_incarnation = before.next_incarnation;
    }

    /// Points a receiver's webhooks somewhere, with these changes to how they are delivered. One
    /// with a new name comes into being.
    pub(crate) fn point_at(
        &mut self,
        name: &str,
        target: WebhookOptions,
        waba_id: Option<String>,
        change: impl FnOnce(DeliveryOptions) -> DeliveryOptions,
    ) -> Result<(), String> {
        if !self.receivers.contains_key(name) {
            if self.receivers.len() >= MOST_RECEIVERS {
                return Err(format!("there are already {MOST_RECEIVERS} receivers"));
            }
            let (delivery, capacity) = (self.delivery, self.capacity);
            let receiver = Receiver::new(name, delivery, capacity, self.next_incarnation);
            self.next_incarnation += 1;
            self.receivers.insert(name.into(), receiver);
        }
        if name == APP {
            // An override changes where the app's webhooks go, and not whose they are.
            let overrides = self.receivers.iter_mut();
            for (_, receiver) in overrides.filter(|(name, _)| is_override(name)) {
                receiver.sign_with(&target.app_secret);
            }
        }
        if let Some(receiver) = self.receivers.get_mut(name) {
            receiver.settings = change(receiver.settings);
            receiver.point_at(Some(target), waba_id);
        }
        Ok(())
    }

    /// Tells this receiver nothing more; whether it was told before.
    pub(crate) fn turn_off(&mut self, name: &str) -> bool {
        let Some(receiver) = self.receivers.get_mut(name) else {
            return false;
        };
        let was_on = receiver.is_on();
        receiver.point_at(None, None);
        if name != APP {
            self.receivers.remove(name);
        }
        if !self.is_on() {
            self.dues.clear();
        }
        was_on
    }

    /// Sends what the app would be told about an account or a number somewhere else, or no longer.
    pub(crate) fn set_override(
        &mut self,
        of: Override<'_>,
        to: Option<(String, String)>,
    ) -> Result<(), String> {
        let Some((url, verify_token)) = to else {
            self.turn_off(&of.name());
            return Ok(());
        };
        let app_secret = self
            .receivers
            .get(APP)
            .map_or_else(String::new, |app| app.secret().to_owned());
        let target = WebhookOptions {
            url,
            app_secret,
            verify_token,
        };
        self.point_at(&of.name(), target, None, |settings| settings)
    }

    pub(crate) fn is_on(&self) -> bool {
        self.receivers.values().any(Receiver::is_on)
    }

    pub(crate) fn receiver(&self, name: &str) -> Option<&Receiver> {
        self.receivers.get(name)
    }

    /// Plans something; without a receiver nothing is planned.
    pub(crate) fn plan(&mut self, at: Instant, due: Due) {
        if !self.is_on() {
            return;
        }
        if self.dues.len() >= MOST_WAITING {
            self.receivers.values_mut().for_each(Receiver::dropped_one);
            return;
        }
        self.dues.insert((at, self.next_due), due);
        self.next_due += 1;
    }

    /// Plans the end of a template's review, which somebody may decide otherwise until then. A review
    /// that takes time is told of, too.
    pub(crate) fn plan_review(&mut self, template: &Template, now: OffsetDateTime) {
        let Some(from) = template.approved_from() else {
            return;
        };
        if from > now {
            self.plan(Instant::now(), Due::Notice(template.notice("PENDING")));
        }
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

    /// Tells everybody whom it concerns.
    pub(crate) fn tell(&mut self, now: Instant, notice: &Notice) {
        let apps = self.apps_receiver(notice);
        for (name, receiver) in &mut self.receivers {
            let is_apps = **name == *APP || is_override(name);
            if receiver.hears_of(&notice.waba_id) && (!is_apps || **name == *apps) {
                receiver.tell(now, notice.clone());
            }
        }
    }

    /// Where the app is told: what is set for the number goes before what is set for the account.
    fn apps_receiver(&self, notice: &Notice) -> String {
        let number = notice.value["metadata"]["phone_number_id"].as_str();
        let overrides = number.map(Override::Number).into_iter();
        let mut names = overrides
            .chain([Override::Account(&notice.waba_id)])
            .map(Override::name);
        let set = names.find(|name| self.receivers.contains_key(name.as_str()));
        set.unwrap_or_else(|| APP.to_owned())
    }

    /// What to do at this moment, once nothing is due any more.
    pub(crate) fn next_task(&mut self, now: Instant, wall: OffsetDateTime) -> Task {
        if !self.is_on() {
            return Task::Stop;
        }
        let mut earliest = self.dues.keys().next().map(|(at, _)| *at);
        for receiver in self.receivers.values_mut() {
            match receiver.next_task(now, wall) {
                Task::Wait(at) => earliest = [earliest, at].into_iter().flatten().min(),
                task @ (Task::Handshake(..) | Task::Deliver(..) | Task::Stop) => return task,
            }
        }
        Task::Wait(earliest)
    }

    /// Writes down what a receiver answered, if it still is one.
    pub(crate) fn answered(&mut self, parcel: &Parcel, answer: Result<u16, String>, now: Instant) {
        if let Some(receiver) = self.receivers.get_mut(&parcel.receiver) {
            receiver.answered(parcel, answer, now);
        }
    }

    /// Writes down how a handshake went, unless those webhooks point elsewhere by now.
    pub(crate) fn shaken(
        &mut self,
        name: &str,
        target: &Arc<WebhookOptions>,
        answer: Result<u16, (Option<u16>, String)>,
        now: Instant,
        wall: OffsetDateTime,
    ) {
        if let Some(receiver) = self.receivers.get_mut(name) {
            receiver.shaken(target, answer, now, wall);
        }
    }

    /// Whatever the worker had on its way when it ended is tried by the next one.
    pub(crate) fn worker_ended(&mut self, worker: u64) {
        if self.worker == Some(worker) {
            self.worker = None;
            self.receivers.values_mut().for_each(Receiver::worker_ended);
        }
    }

    /// A receiver as people see it.
    pub(crate) fn to_json(&self, name: &str) -> Option<Value> {
        let receiver = self.receivers.get(name)?;
        Some(receiver.to_json(self.dues.len()))
    }

    /// All of them.
    pub(crate) fn list(&self) -> Vec<Value> {
        let receivers = self.receivers.values().filter(|receiver| receiver.is_on());
        receivers
            .map(|receiver| receiver.to_json(self.dues.len()))
            .collect()
    }
}

/// Whose webhooks go somewhere else than the app's others.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Override<'a> {
    /// An account's.
    Account(&'a str),
    /// A phone number's.
    Number(&'a str),
}

impl Override<'_> {
    /// The name of its receiver, which says where it was set; nobody can give a receiver such a name.
    fn name(self) -> String {
        match self {
            Self::Account(id) => format!("{id}/subscribed_apps"),
            Self::Number(id) => format!("{id}/webhook_configuration"),
        }
    }
}

fn is_override(name: &str) -> bool {
    name.contains('/')
}
