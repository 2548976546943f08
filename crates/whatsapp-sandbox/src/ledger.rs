//! The ledger: every send the sandbox received, with its outcome.

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{clock::timestamp, ring::Ring};

/// The ledger keeps this many of the latest calls.
pub(crate) const MAX_CALLS: usize = 10_000;

/// The latest calls.
pub(crate) type Ledger = Ring<Call>;

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

/// The outcome of a call so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Not decided yet.
    Pending,
    /// The phone has the message, whatever the answer says.
    Accepted,
    /// The phone does not have the message, whatever the answer says.
    Refused,
}

/// A filter on calls; an absent field matches every call.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallFilter {
    pub(crate) to: Option<String>,
    pub(crate) callback_data: Option<String>,
}

impl CallFilter {
    pub(crate) fn matches(&self, call: &Call) -> bool {
        let is =
            |wanted: &Option<String>, value: &Option<String>| wanted.is_none() || wanted == value;
        is(&self.to, &call.to) && is(&self.callback_data, &call.callback_data)
    }
}

impl Outcome {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
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
