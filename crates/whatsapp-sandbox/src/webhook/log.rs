//! The log of a receiver: its latest webhook requests, with their answers.

use std::sync::Arc;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::change::Change;
use crate::{clock::timestamp, ring::Ring};

/// A log keeps this many of the latest requests. One takes about a kilobyte.
pub(super) const MAX_DELIVERIES: usize = 10_000;

/// The latest requests.
pub(crate) type Log = Ring<Delivery>;

/// One webhook request with all its attempts.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) id: u64,
    pub(crate) created_at: OffsetDateTime,
    /// The changes that the request reports.
    pub(crate) subjects: Vec<Subject>,
    pub(crate) body: Arc<str>,
    pub(crate) signature: Option<Arc<str>>,
    pub(crate) attempts: u32,
    /// The status of the last answer.
    pub(crate) http_status: Option<u16>,
    /// The reason if the last attempt had no answer.
    pub(crate) error: Option<String>,
    pub(crate) outcome: DeliveryOutcome,
}

/// The subject of one change.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    field: String,
    wamid: Option<String>,
    status: Option<&'static str>,
}

/// The outcome of a request so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryOutcome {
    Pending,
    /// The receiver answered 200.
    Delivered,
    /// No attempt is left.
    GivenUp,
}

/// A filter on requests; an absent field matches every request.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeliveryFilter {
    pub(crate) field: Option<String>,
    pub(crate) wamid: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) outcome: Option<String>,
}

impl DeliveryFilter {
    /// Returns whether one change of the request matches in every respect.
    pub(crate) fn matches(&self, delivery: &Delivery) -> bool {
        let is = |wanted: &Option<String>, value: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| value == Some(wanted))
        };
        is(&self.outcome, Some(delivery.outcome.name()))
            && delivery.subjects.iter().any(|subject| {
                is(&self.field, Some(&subject.field))
                    && is(&self.wamid, subject.wamid.as_deref())
                    && is(&self.status, subject.status)
            })
    }
}

impl Subject {
    pub(super) fn of(change: &Change) -> Self {
        Self {
            field: change.field.clone(),
            wamid: change.wamid.clone(),
            status: change.status,
        }
    }

    fn to_json(&self) -> Value {
        json!({"field": self.field, "wamid": self.wamid, "status": self.status})
    }
}

impl DeliveryOutcome {
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
        json!({
            "id": self.id,
            "created_at": timestamp(self.created_at),
            "changes": self.subjects.iter().map(Subject::to_json).collect::<Vec<_>>(),
            "body": &*self.body,
            "signature": self.signature.as_deref(),
            "attempts": self.attempts,
            "http_status": self.http_status,
            "error": self.error,
            "outcome": self.outcome.name(),
        })
    }
}
