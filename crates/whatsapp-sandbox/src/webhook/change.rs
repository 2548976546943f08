//! Changes that webhooks report, and other things that become due.

use serde_json::Value;

use crate::life::{PlannedStep, Signature};

/// Something that happens at a planned time.
#[derive(Debug)]
pub(crate) enum Due {
    /// A step in a message's life.
    Step(PlannedStep),
    /// A change that is ready to be reported.
    Change(Change),
    /// The end of the review of the template with this id.
    Approval(String),
}

/// One change of a webhook request, in Meta's words.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) field: String,
    pub(crate) value: Value,
    /// The message that the change is about.
    pub(crate) wamid: Option<String>,
    /// The reported status of that message.
    pub(crate) status: Option<&'static str>,
    pub(crate) signature: Signature,
    /// Changes with the same number share one request.
    pub(crate) together: Option<u64>,
}

impl Change {
    /// Returns a change that is reported on its own and signed correctly.
    pub(crate) fn new(field: &str, value: Value) -> Self {
        Self {
            field: field.to_owned(),
            value,
            wamid: None,
            status: None,
            signature: Signature::Right,
            together: None,
        }
    }
}
