//! The script of a message's life: which reports come, when, and what they look like.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

const MAX_STEP_MS: u64 = 3_600_000;
const MAX_STEPS: usize = 100;

/// The life of an accepted message. The sandbox's pace applies to its times.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Life {
    /// The steps, in any order.
    pub(crate) steps: Vec<Step>,
    pub(crate) contacts: Contacts,
    /// Whether statuses have `biz_opaque_callback_data`.
    #[serde(rename = "biz_opaque_callback_data")]
    pub(crate) callback_data: bool,
    pub(crate) signature: Signature,
    /// Whether one request has all reports, at the time of the last one.
    pub(crate) together: bool,
}

/// One step of a [`Life`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "StepJson")]
pub(crate) struct Step {
    pub(crate) event: Event,
    /// Time from acceptance to the event; the report's timestamp says the same.
    pub(crate) after: Duration,
    /// Time from the event to its report.
    pub(crate) late: Duration,
    /// The number of reports.
    pub(crate) copies: u8,
}

/// An event in the life of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The message left for the phone.
    Sent,
    /// The phone has the message.
    Delivered,
    /// The recipient opened the message.
    Read,
    /// The message did not arrive, for the reason with this code.
    Failed(u32),
    /// The recipient replied to the message.
    Reply(Reply),
}

/// A reply of a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The typed text, or the label of the button.
    pub(crate) text: String,
    pub(crate) form: ReplyForm,
    /// Whether the report identifies the recipient by user id, without a phone number.
    pub(crate) only_user_id: bool,
}

/// The form of a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplyForm {
    /// Typed text.
    #[default]
    Text,
    /// The quick-reply button of a template.
    Button,
    /// The reply button of an interactive message.
    ButtonReply,
}

/// The statuses that have `contacts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Contacts {
    Always,
    /// All but `failed`. Sources disagree about what Meta does there.
    NotOnFailed,
    Never,
}

/// The signature of a webhook request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Signature {
    /// Made with the app secret.
    Right,
    /// Made with another secret, as a forger would.
    Wrong,
    /// No signature header.
    Absent,
}

impl Life {
    /// Returns a life with these steps and complete, signed reports.
    pub(crate) fn of(steps: Vec<Step>) -> Self {
        Self {
            steps,
            contacts: Contacts::Always,
            callback_data: true,
            signature: Signature::Right,
            together: false,
        }
    }

    /// Returns its reports in their order, with their times. An unsigned one is left out.
    pub(crate) fn to_json(&self) -> Value {
        let last = self.steps.iter().map(|step| step.after + step.late).max();
        let reported = |step: &Step| match last {
            Some(last) if self.together => last,
            Some(_) | None => step.after + step.late,
        };
        let mut steps: Vec<_> = self.steps.iter().collect();
        steps.sort_by_key(|step| (reported(step), step.after));
        let signed = self.signature == Signature::Right;
        let reports = steps.into_iter().filter(|_| signed).flat_map(|step| {
            let report = json!({
                "event": step.event.shown(),
                "after_ms": milliseconds(step.after),
                "reported_after_ms": milliseconds(reported(step)),
            });
            std::iter::repeat_n(report, step.copies.into())
        });
        reports.collect()
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        if self.steps.len() > MAX_STEPS {
            return Err(format!("a life has at most {MAX_STEPS} steps"));
        }
        Ok(())
    }
}

impl Event {
    /// Returns its name and what belongs to it.
    fn shown(&self) -> String {
        match self {
            Self::Sent => "sent".to_owned(),
            Self::Delivered => "delivered".to_owned(),
            Self::Read => "read".to_owned(),
            Self::Failed(code) => format!("failed {code}"),
            Self::Reply(reply) => format!("reply {}", reply.text),
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Default for Life {
    /// The message is sent after a short pause and delivered a little later, and never read.
    fn default() -> Self {
        Self::of(vec![
            Step::after_ms(Event::Sent, 300),
            Step::after_ms(Event::Delivered, 1_200),
        ])
    }
}

impl Step {
    /// Returns a step that is reported once, when it happens.
    pub(crate) const fn after_ms(event: Event, milliseconds: u64) -> Self {
        Self {
            event,
            after: Duration::from_millis(milliseconds),
            late: Duration::ZERO,
            copies: 1,
        }
    }

    /// Sets the time from the event to its report.
    pub(crate) const fn late_ms(mut self, milliseconds: u64) -> Self {
        self.late = Duration::from_millis(milliseconds);
        self
    }

    /// Sets the number of reports.
    pub(crate) const fn copies(mut self, copies: u8) -> Self {
        self.copies = copies;
        self
    }
}

impl Event {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed(_) => "failed",
            Self::Reply(_) => "reply",
        }
    }
}

/// A step in the control API: flat, with times in milliseconds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepJson {
    event: String,
    #[serde(default)]
    after_ms: u64,
    #[serde(default)]
    late_ms: u64,
    #[serde(default = "once")]
    copies: u8,
    code: Option<u32>,
    text: Option<String>,
    #[serde(default)]
    form: ReplyForm,
    #[serde(default)]
    only_user_id: bool,
}

const fn once() -> u8 {
    1
}

impl TryFrom<StepJson> for Step {
    type Error = String;

    fn try_from(step: StepJson) -> Result<Self, String> {
        let event = match step.event.as_str() {
            "sent" => Event::Sent,
            "delivered" => Event::Delivered,
            "read" => Event::Read,
            "failed" => Event::Failed(step.code.ok_or("event \"failed\" needs a \"code\"")?),
            "reply" => Event::Reply(Reply {
                text: step.text.ok_or("event \"reply\" needs a \"text\"")?,
                form: step.form,
                only_user_id: step.only_user_id,
            }),
            other => return Err(format!("unknown event {other:?}")),
        };
        Ok(Self {
            event,
            after: Duration::from_millis(step.after_ms.min(MAX_STEP_MS)),
            late: Duration::from_millis(step.late_ms.min(MAX_STEP_MS)),
            copies: step.copies,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_life_is_read_from_json() {
        let life: Life = serde_json::from_value(json!({
            "steps": [
                {"event": "sent", "after_ms": 100, "late_ms": 50, "copies": 2},
                {"event": "failed", "copies": 0, "code": 131_026},
                {"event": "reply", "text": "STOP", "form": "button", "only_user_id": true},
            ],
            "contacts": "not_on_failed", "biz_opaque_callback_data": false,
            "signature": "wrong", "together": true,
        }))
        .expect("a life");
        let reply = Event::Reply(Reply {
            text: "STOP".to_owned(),
            form: ReplyForm::Button,
            only_user_id: true,
        });
        let expected = Life {
            steps: vec![
                Step::after_ms(Event::Sent, 100).late_ms(50).copies(2),
                Step::after_ms(Event::Failed(131_026), 0).copies(0),
                Step::after_ms(reply, 0),
            ],
            contacts: Contacts::NotOnFailed,
            callback_data: false,
            signature: Signature::Wrong,
            together: true,
        };
        assert_eq!(life, expected);
        let brief: Life = serde_json::from_value(json!({"signature": "absent"})).expect("a life");
        assert_eq!(brief.steps, Life::default().steps);
    }

    #[test]
    fn a_malformed_life_is_refused() {
        for wrong in [
            json!({"steps": [{"event": "failed"}]}),
            json!({"steps": [{"event": "reply"}]}),
            json!({"steps": [{"event": "vanished"}]}),
            json!({"steps": [{"event": "sent", "afterms": 1}]}),
            json!({"contacts": "sometimes"}),
        ] {
            assert!(
                serde_json::from_value::<Life>(wrong.clone()).is_err(),
                "{wrong}"
            );
        }
    }
}
