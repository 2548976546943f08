//! Every send the sandbox received, whatever became of it: a ring of the latest, and totals that
//! never lose count.

use std::collections::VecDeque;

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::reply::timestamp;

/// One `POST /{phone_number_id}/messages`.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) id: u64,
    pub(crate) received_at: OffsetDateTime,
    pub(crate) answered_at: Option<OffsetDateTime>,
    pub(crate) phone_number_id: String,
    pub(crate) to: Option<String>,
    pub(crate) callback_data: Option<String>,
    pub(crate) template: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) outcome: Outcome,
    pub(crate) wamid: Option<String>,
    pub(crate) code: Option<u32>,
    pub(crate) answer: Option<&'static str>,
    pub(crate) status: Option<u16>,
}

/// What became of a call so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Being worked on.
    Pending,
    /// Kept back by a hold, neither accepted nor refused.
    Held,
    /// The phone has the message, whatever the caller was told.
    Accepted,
    /// The phone does not have the message, whatever the caller was told.
    Refused,
    /// The request was fine and was not a message, such as a read receipt.
    NothingToSend,
}

/// Which calls somebody wants to see.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallFilter {
    pub(crate) to: Option<String>,
    pub(crate) callback_data: Option<String>,
    pub(crate) outcome: Option<String>,
    pub(crate) after: Option<u64>,
}

/// The ring and the totals.
#[derive(Debug)]
pub(crate) struct Ledger {
    calls: VecDeque<Call>,
    capacity: usize,
    next_id: u64,
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
}

impl Ledger {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            calls: VecDeque::new(),
            capacity: capacity.max(1),
            next_id: 1,
            accepted: 0,
            refused: 0,
        }
    }

    /// Writes a call down as soon as it is received and gives it its number.
    pub(crate) fn open(&mut self, mut call: Call) -> u64 {
        call.id = self.next_id;
        self.next_id += 1;
        if self.calls.len() >= self.capacity {
            self.calls.pop_front();
        }
        self.calls.push_back(call);
        self.next_id - 1
    }

    /// Changes a call, unless the ring has forgotten it already.
    pub(crate) fn update(&mut self, id: u64, change: impl FnOnce(&mut Call)) {
        let Some(oldest) = self.calls.front().map(|call| call.id) else {
            return;
        };
        let place = id
            .checked_sub(oldest)
            .and_then(|place| usize::try_from(place).ok());
        if let Some(call) = place.and_then(|place| self.calls.get_mut(place)) {
            change(call);
        }
    }

    /// How many calls there ever were.
    pub(crate) fn total(&self) -> u64 {
        self.next_id - 1
    }

    pub(crate) fn len(&self) -> usize {
        self.calls.len()
    }

    pub(crate) fn held(&self) -> usize {
        self.calls
            .iter()
            .filter(|call| call.outcome == Outcome::Held)
            .count()
    }

    /// The latest matching calls, oldest of them first.
    pub(crate) fn list(&self, filter: &CallFilter, limit: usize) -> Vec<&Call> {
        let matching = self.calls.iter().rev().filter(|call| filter.matches(call));
        let mut latest: Vec<&Call> = matching.take(limit).collect();
        latest.reverse();
        latest
    }

    pub(crate) fn count(&self, filter: &CallFilter) -> usize {
        self.calls
            .iter()
            .filter(|call| filter.matches(call))
            .count()
    }
}

impl CallFilter {
    fn matches(&self, call: &Call) -> bool {
        let wanted = |wanted: &Option<String>, is: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| is == Some(wanted))
        };
        wanted(&self.to, call.to.as_deref())
            && wanted(&self.callback_data, call.callback_data.as_deref())
            && wanted(&self.outcome, Some(call.outcome.name()))
            && self.after.is_none_or(|after| call.id > after)
    }
}

impl Outcome {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Held => "held",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::NothingToSend => "nothing_to_send",
        }
    }
}

impl Call {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "received_at": timestamp(self.received_at),
            "answered_at": self.answered_at.map(timestamp),
            "phone_number_id": self.phone_number_id,
            "to": self.to.as_ref().map(|digits| format!("+{digits}")),
            "biz_opaque_callback_data": self.callback_data,
            "template": self.template,
            "language": self.language,
            "outcome": self.outcome.name(),
            "wamid": self.wamid,
            "code": self.code,
            "answer": self.answer,
            "http_status": self.status,
        })
    }
}
