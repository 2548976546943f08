//! The outcome of a message according to the API's answer.
//!
//! | answer | outcome |
//! | --- | --- |
//! | 2xx with the id of a message | accepted, whatever its `message_status` |
//! | 2xx without an id, cut off, or too long | unknown |
//! | 4xx or 5xx with Graph's error object | depends on its code ([`codes`]) |
//! | 4xx without an error object | refused; 425 and 429 may be retried |
//! | 408 and 499 without an error object | unknown |
//! | 5xx without an error object | unknown |
//! | anything else, including redirects | unknown |
//!
//! If Meta holds a message back to check its quality, a receipt decides. A 4xx without an error
//! object did not come from the API, so the API does not have the message. A 408 or 499 without one
//! means that an intermediary stopped waiting, perhaps for the API; behind a 5xx without one the
//! API may still be working.

use std::time::Duration;

use otp_core::message::{Failure, ProviderMessageId};
use otp_core::ports::{Accepted, ProviderRefusal, RefusalScope, SendError};
use serde_json::Value;

use crate::codes::{self, Class};
use crate::graph_error::GraphError;
use crate::provider_message_id;
use crate::redaction::Redaction;

/// An answer, as far as it arrived.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The wait it asks for.
    pub(crate) retry_after: Option<Duration>,
    /// The body; `None` if it was cut off or is too long to be Graph's.
    pub(crate) body: Option<Vec<u8>>,
}

/// The verdict on an answer, or on a missing one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) outcome: Result<Accepted, SendError>,
    pub(crate) status: Option<u16>,
    /// Graph's code, of any size.
    pub(crate) code: Option<i64>,
    pub(crate) class: Option<Class>,
}

impl Verdict {
    fn without_code(status: Option<u16>, outcome: Result<Accepted, SendError>) -> Self {
        Self {
            outcome,
            status,
            code: None,
            class: None,
        }
    }

    /// Returns the verdict on a message that never left this process.
    pub(crate) fn unreached() -> Self {
        let refusal = ProviderRefusal {
            http_status: None,
            message: "WhatsApp could not be reached.".to_owned(),
            failure: Failure {
                code: None,
                title: "Not reached".to_owned(),
                reason: "WhatsApp could not be reached; the message was not sent.".to_owned(),
            },
            scope: RefusalScope::Provider,
        };
        Self::without_code(
            None,
            Err(SendError::Retry {
                refusal,
                after: None,
            }),
        )
    }

    /// Returns the verdict on a message that left this process without an answer.
    pub(crate) fn unanswered() -> Self {
        Self::without_code(None, Err(SendError::Unknown))
    }
}

/// Judges an answer.
pub(crate) fn judge(answer: &Answer, redaction: &Redaction) -> Verdict {
    let status = answer.status;
    let body = answer.body.as_deref().unwrap_or_default();
    match (status, GraphError::parse(body)) {
        (200..=299, _) => {
            let id = message_id(body).map(|provider_message_id| Accepted {
                provider_message_id,
            });
            Verdict::without_code(Some(status), id.ok_or(SendError::Unknown))
        }
        (400..=599, Some(error)) => by_code(answer, &error, redaction),
        (408 | 499, None) => Verdict::without_code(Some(status), Err(SendError::Unknown)),
        (425 | 429, None) => {
            let refusal = wordless(status, RefusalScope::Sender);
            let after = answer.retry_after;
            Verdict::without_code(Some(status), Err(SendError::Retry { refusal, after }))
        }
        (400..=499, None) => {
            let refusal = wordless(status, RefusalScope::Provider);
            Verdict::without_code(Some(status), Err(SendError::Refused(refusal)))
        }
        _ => Verdict::without_code(Some(status), Err(SendError::Unknown)),
    }
}

fn message_id(body: &[u8]) -> Option<ProviderMessageId> {
    let body: Value = serde_json::from_slice(body).ok()?;
    provider_message_id::parse(body.pointer("/messages/0/id")?.as_str()?)
}

fn by_code(answer: &Answer, error: &GraphError, redaction: &Redaction) -> Verdict {
    let meaning = codes::look_up(error.code, error.subcode);
    let class = meaning.map_or(Class::Doubtful, |meaning| meaning.class);
    let title = match (meaning, &error.kind) {
        (Some(meaning), _) => meaning.title.to_owned(),
        (None, Some(kind)) => redaction.clean(kind),
        (None, None) => "Unknown error".to_owned(),
    };
    let message = match &error.message {
        Some(message) => redaction.clean(message),
        None => format!("(#{}) {title}", error.code),
    };
    let reason = match &error.details {
        Some(details) => redaction.clean(details),
        None => message.clone(),
    };
    let refusal = ProviderRefusal {
        http_status: Some(answer.status),
        message,
        failure: Failure {
            code: i32::try_from(error.code).ok(),
            title,
            reason,
        },
        scope: class.scope(answer.status >= 500 || error.is_transient == Some(true)),
    };
    let pause = match class {
        Class::Configuration
        | Class::Country
        | Class::Request
        | Class::Template
        | Class::TemplatePaused
        | Class::TemplateDisabled
        | Class::Recipient => None,
        Class::Transient(_, pause) => Some(pause),
        Class::Doubtful => (error.is_transient != Some(false)).then_some(None),
    };
    let outcome = match pause {
        Some(pause) => SendError::Retry {
            refusal,
            after: answer.retry_after.or(pause),
        },
        None => SendError::Refused(refusal),
    };
    Verdict {
        outcome: Err(outcome),
        status: Some(answer.status),
        code: Some(error.code),
        class: Some(class),
    }
}

/// Returns the refusal for an answer without Graph's error object. Its body comes from an
/// intermediary and is often a whole page, so it is not quoted.
fn wordless(status: u16, scope: RefusalScope) -> ProviderRefusal {
    let message =
        format!("The request was answered with HTTP status {status}, but not by WhatsApp.");
    ProviderRefusal {
        http_status: Some(status),
        failure: Failure {
            code: None,
            title: format!("HTTP {status}"),
            reason: message.clone(),
        },
        message,
        scope,
    }
}

#[cfg(test)]
mod tests;
