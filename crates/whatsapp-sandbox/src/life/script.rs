//! What becomes of a message after it was accepted, as a script: which reports come, when, and how
//! they look.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Nothing in a life takes longer than this.
const LONGEST_MS: u64 = 3_600_000;
/// More steps than this in one life are a mistake.
const MOST_STEPS: usize = 100;

/// What becomes of an accepted message. Times are multiplied by the sandbox's pace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Life {
    /// What happens, in any order.
    pub steps: Vec<Step>,
    /// Which statuses say whose they are.
    pub contacts: Contacts,
    /// Whether statuses give `biz_opaque_callback_data` back.
    #[serde(rename = "biz_opaque_callback_data")]
    pub callback_data: bool,
    /// How the requests that report it are signed.
    pub signature: Signature,
    /// Whether one request reports everything, at the time of the last report.
    pub together: bool,
}

/// One step of a [`Life`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StepJson", into = "StepJson")]
pub struct Step {
    /// What happens.
    pub event: Event,
    /// How long after acceptance it happens; its timestamp says so.
    pub after: Duration,
    /// How much later it is reported.
    pub late: Duration,
    /// How often it is reported: not at all, once, or again and again.
    pub copies: u8,
}

/// What can happen to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It left for the phone.
    Sent,
    /// The phone has it.
    Delivered,
    /// The recipient looked at it.
    Read,
    /// It did not arrive, for the reason with this code.
    Failed(u32),
    /// The recipient answers it.
    Reply(Reply),
}

/// What a recipient answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The words, or the label of the button.
    pub text: String,
    /// How they were given.
    pub form: ReplyForm,
    /// Whether the report names the recipient by user id alone, without a phone number.
    pub only_user_id: bool,
}

/// How a recipient answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyForm {
    /// Typed.
    #[default]
    Text,
    /// By the quick-reply button of a template.
    Button,
    /// By the reply button of an interactive message.
    ButtonReply,
}

/// Which statuses carry `contacts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contacts {
    /// All.
    Always,
    /// All but `failed`; sources disagree about what Meta does there.
    NotOnFailed,
    /// None.
    Never,
}

/// How a webhook is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// With the app secret.
    Right,
    /// With another secret, as a forger would.
    Wrong,
    /// Without the header.
    Absent,
}

impl Life {
    /// A life with these steps and nothing odd about its reports.
    #[must_use]
    pub fn of(steps: Vec<Step>) -> Self {
        Self {
            steps,
            contacts: Contacts::Always,
            callback_data: true,
            signature: Signature::Right,
            together: false,
        }
    }

    /// Whether the life is short enough to be lived.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.steps.len() > MOST_STEPS {
            return Err(format!("a life has at most {MOST_STEPS} steps"));
        }
        Ok(())
    }
}

impl Default for Life {
    /// Sent after a short pause, delivered a little later, never read.
    fn default() -> Self {
        Self::of(vec![
            Step::after_ms(Event::Sent, 300),
            Step::after_ms(Event::Delivered, 1_200),
        ])
    }
}

impl Step {
    /// A step that is reported once, at the time it happens.
    #[must_use]
    pub const fn after_ms(event: Event, milliseconds: u64) -> Self {
        Self {
            event,
            after: Duration::from_millis(milliseconds),
            late: Duration::ZERO,
            copies: 1,
        }
    }

    /// The same, reported this much later.
    #[must_use]
    pub const fn late_ms(mut self, milliseconds: u64) -> Self {
        self.late = Duration::from_millis(milliseconds);
        self
    }

    /// The same, reported this often.
    #[must_use]
    pub const fn copies(mut self, copies: u8) -> Self {
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

/// A step as the control API writes it: flat, times in milliseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepJson {
    event: String,
    #[serde(default)]
    after_ms: u64,
    #[serde(default)]
    late_ms: u64,
    #[serde(default = "once")]
    copies: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    form: Option<ReplyForm>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
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
                form: step.form.unwrap_or_default(),
                only_user_id: step.only_user_id,
            }),
            other => return Err(format!("unknown event {other:?}")),
        };
        Ok(Self {
            event,
            after: Duration::from_millis(step.after_ms.min(LONGEST_MS)),
            late: Duration::from_millis(step.late_ms.min(LONGEST_MS)),
            copies: step.copies,
        })
    }
}

impl From<Step> for StepJson {
    fn from(step: Step) -> Self {
        let milliseconds =
            |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let mut json = Self {
            event: step.event.name().to_owned(),
            after_ms: milliseconds(step.after),
            late_ms: milliseconds(step.late),
            copies: step.copies,
            code: None,
            text: None,
            form: None,
            only_user_id: false,
        };
        match step.event {
            Event::Failed(code) => json.code = Some(code),
            Event::Reply(reply) => {
                json.text = Some(reply.text);
                json.form = Some(reply.form);
                json.only_user_id = reply.only_user_id;
            }
            Event::Sent | Event::Delivered | Event::Read => {}
        }
        json
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_life_reads_as_it_is_written() {
        let written = json!({
            "steps": [
                {"event": "sent", "after_ms": 100, "late_ms": 50, "copies": 2},
                {"event": "failed", "after_ms": 0, "late_ms": 0, "copies": 0, "code": 131_026},
                {"event": "reply", "after_ms": 0, "late_ms": 0, "copies": 1, "text": "STOP",
                 "form": "button", "only_user_id": true},
            ],
            "contacts": "not_on_failed", "biz_opaque_callback_data": false,
            "signature": "wrong", "together": true,
        });
        let life: Life = serde_json::from_value(written.clone()).expect("a life");
        assert_eq!(serde_json::to_value(life).expect("JSON"), written);
        let brief: Life = serde_json::from_value(json!({"signature": "absent"})).expect("a life");
        assert_eq!(brief.steps, Life::default().steps);
    }

    #[test]
    fn a_life_that_makes_no_sense_is_refused() {
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
