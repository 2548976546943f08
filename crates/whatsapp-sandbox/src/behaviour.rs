//! The treatment of one send: whether the phone gets the message, and when and how the caller is
//! answered.

use std::time::Duration;

use serde_json::{Value, json};

/// The treatment of one send.
///
/// Delivery and answer are independent on purpose: the hardest case for a sender is a message that
/// went out although the answer says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Behaviour {
    pub(crate) answer: Answer,
    /// Whether the message is accepted and reaches the phone.
    pub(crate) delivered: bool,
    /// Time from acceptance to the answer.
    pub(crate) delay: Duration,
}

/// The answer to a send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// 200 with `message_status` `accepted`.
    Accepted,
    /// 200 with `message_status` `held_for_quality_assessment`.
    HeldForQualityAssessment,
    /// 200 with `message_status` `paused`.
    Paused,
    /// An error with this code, in Meta's shape and with Meta's HTTP status for it.
    Refused(u32),
    /// No byte at all; the connection closes.
    Closed,
    /// A 200 that ends before the announced length, because the connection closes.
    CutShort,
    /// A complete 200 with incomplete JSON.
    TruncatedJson,
    /// A 200 without a body.
    EmptyBody,
    /// A proxy's HTML page with status 502.
    HtmlBadGateway,
    /// Status 500 with a JSON error that has no code.
    JsonWithoutCode,
}

impl Behaviour {
    /// The normal case: the phone gets the message, and the answer says so.
    pub(crate) const ACCEPT: Self = Self {
        answer: Answer::Accepted,
        delivered: true,
        delay: Duration::ZERO,
    };

    /// Returns the refusal with this code; the phone gets nothing.
    pub(crate) const fn refuse(code: u32) -> Self {
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
    /// Returns the name in the control API.
    pub(crate) const fn name(self) -> &'static str {
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

    /// Parses the name in the control API. Only `refused` uses `code`.
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
