//! What was told to whom, and what they answered: a ring of the latest requests.

use std::{collections::VecDeque, sync::Arc};

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::reply::timestamp;

/// One request to the receiver, however often it was tried.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) id: u64,
    pub(crate) created_at: OffsetDateTime,
    /// What it tells: field, message id and status, where it has them.
    pub(crate) subjects: Vec<Subject>,
    pub(crate) body: Arc<str>,
    pub(crate) signature: Option<Arc<str>>,
    pub(crate) attempts: u32,
    /// The last answer.
    pub(crate) http_status: Option<u16>,
    /// Why there was no answer.
    pub(crate) error: Option<String>,
    pub(crate) outcome: Told,
}

/// What one event of a request is about.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) field: String,
    pub(crate) wamid: Option<String>,
    pub(crate) status: Option<&'static str>,
}

/// Whether the receiver knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Not yet.
    Pending,
    /// It answered 200.
    Delivered,
    /// It had its chances.
    GivenUp,
}

/// Which requests somebody wants to see.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeliveryFilter {
    pub(crate) field: Option<String>,
    pub(crate) wamid: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) outcome: Option<String>,
    pub(crate) after: Option<u64>,
}

/// The ring.
#[derive(Debug)]
pub(crate) struct Log {
    deliveries: VecDeque<Delivery>,
    capacity: usize,
    next_id: u64,
}

impl Log {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            deliveries: VecDeque::new(),
            capacity: capacity.max(1),
            next_id: 1,
        }
    }

    pub(crate) fn open(&mut self, mut delivery: Delivery) -> u64 {
        delivery.id = self.next_id;
        self.next_id += 1;
        if self.deliveries.len() >= self.capacity {
            self.deliveries.pop_front();
        }
        self.deliveries.push_back(delivery);
        self.next_id - 1
    }

    /// Changes a request, unless the ring has forgotten it already.
    pub(crate) fn update(&mut self, id: u64, change: impl FnOnce(&mut Delivery)) {
        if let Ok(place) = self
            .deliveries
            .binary_search_by_key(&id, |delivery| delivery.id)
        {
            change(&mut self.deliveries[place]);
        }
    }

    /// How many requests there ever were.
    pub(crate) fn total(&self) -> u64 {
        self.next_id - 1
    }

    /// The latest matching requests, oldest of them first.
    pub(crate) fn list(&self, filter: &DeliveryFilter, limit: usize) -> Vec<&Delivery> {
        let matching = self
            .deliveries
            .iter()
            .rev()
            .filter(|one| filter.matches(one));
        let mut latest: Vec<&Delivery> = matching.take(limit).collect();
        latest.reverse();
        latest
    }

    pub(crate) fn count(&self, filter: &DeliveryFilter) -> usize {
        self.deliveries
            .iter()
            .filter(|one| filter.matches(one))
            .count()
    }
}

impl DeliveryFilter {
    /// One event of the request has to match in every respect, not several in one each.
    fn matches(&self, delivery: &Delivery) -> bool {
        let wanted = |wanted: &Option<String>, is: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| is == Some(wanted))
        };
        wanted(&self.outcome, Some(delivery.outcome.name()))
            && self.after.is_none_or(|after| delivery.id > after)
            && delivery.subjects.iter().any(|subject| {
                wanted(&self.field, Some(&subject.field))
                    && wanted(&self.wamid, subject.wamid.as_deref())
                    && wanted(&self.status, subject.status)
            })
    }
}

impl Told {
    const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
        }
    }
}

impl Delivery {
    pub(crate) fn to_json(&self) -> Value {
        let subject = |subject: &Subject| json!({"field": subject.field, "wamid": subject.wamid, "status": subject.status});
        json!({
            "id": self.id,
            "created_at": timestamp(self.created_at),
            "events": self.subjects.iter().map(subject).collect::<Vec<_>>(),
            "body": &*self.body,
            "signature": self.signature.as_deref(),
            "attempts": self.attempts,
            "http_status": self.http_status,
            "error": self.error,
            "outcome": self.outcome.name(),
        })
    }
}
