//! How the sandbox treats one send: whether the phone gets the message, after how long the caller
//! is answered, and with what.

use std::time::Duration;

use serde_json::{Value, json};

/// What happens to one send. Delivery and answer are independent on purpose: the hardest case for
/// a sender is the message that went out although the answer says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// What the caller is told.
    pub answer: Answer,
    /// Whether the message is accepted and reaches the phone.
    pub delivered: bool,
    /// How long after acceptance the answer comes.
    pub delay: Duration,
}

/// What the caller of a send is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 200 with `message_status` `accepted`.
    Accepted,
    /// 200 with `message_status` `held_for_quality_assessment`.
    HeldForQualityAssessment,
    /// 200 with `message_status` `paused`.
    Paused,
    /// An error of this code in Meta's shape, with the status Meta uses for it.
    Refused(u32),
    /// The connection closes without a byte of answer.
    Closed,
    /// A 200 whose body stops before the length it announced, because the connection closes.
    CutShort,
    /// A whole 200 whose JSON ends in the middle.
    TruncatedJson,
    /// A 200 without a body.
    EmptyBody,
    /// A proxy's HTML page with status 502.
    HtmlBadGateway,
    /// Status 500 with an error in JSON that has no code at all.
    JsonWithoutCode,
}

impl Behaviour {
    /// The ordinary case: the phone gets the message and the caller is told so.
    pub const ACCEPT: Self = Self {
        answer: Answer::Accepted,
        delivered: true,
        delay: Duration::ZERO,
    };

    /// An error in Meta's shape; the phone gets nothing.
    #[must_use]
    pub const fn refuse(code: u32) -> Self {
        Self {
            answer: Answer::Refused(code),
            delivered: false,
            delay: Duration::ZERO,
        }
    }

    pub(crate) fn to_json(self) -> Value {
        json!({
            "answer": self.answer.name(),
            "code": self.answer.code(),
            "delivered": self.delivered,
            "delay_ms": u64::try_from(self.delay.as_millis()).unwrap_or(u64::MAX),
        })
    }
}

impl Answer {
    /// The name in the control API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::HeldForQualityAssessment => "held_for_quality_assessment",
            Self::Paused => "paused",
            Self::Refused(_) => "refused",
            Self::Closed => "closed",
            Self::CutShort => "cut_short",
            Self::TruncatedJson => "truncated_json",
            Self::EmptyBody => "empty_body",
            Self::HtmlBadGateway => "html_502",
            Self::JsonWithoutCode => "json_500",
        }
    }

    /// Reads the name in the control API; `code` belongs to `refused` alone.
    pub(crate) fn parse(name: &str, code: Option<u32>) -> Result<Self, String> {
        let answer = match name {
            "accepted" => Self::Accepted,
            "held_for_quality_assessment" => Self::HeldForQualityAssessment,
            "paused" => Self::Paused,
            "refused" => Self::Refused(code.ok_or("answer \"refused\" needs a \"code\"")?),
            "closed" => Self::Closed,
            "cut_short" => Self::CutShort,
            "truncated_json" => Self::TruncatedJson,
            "empty_body" => Self::EmptyBody,
            "html_502" => Self::HtmlBadGateway,
            "json_500" => Self::JsonWithoutCode,
            other => return Err(format!("unknown answer {other:?}")),
        };
        Ok(answer)
    }

    const fn code(self) -> Option<u32> {
        match self {
            Self::Refused(code) => Some(code),
            Self::Accepted
            | Self::HeldForQualityAssessment
            | Self::Paused
            | Self::Closed
            | Self::CutShort
            | Self::TruncatedJson
            | Self::EmptyBody
            | Self::HtmlBadGateway
            | Self::JsonWithoutCode => None,
        }
    }
}
