//! A verification as the paths below `/v1` show it.

use std::collections::BTreeMap;

use otp_core::cooldown::whole_seconds;
use otp_core::usecases::show_verification::ShownVerification;
use otp_core::verification::{CheckRecord, VerificationMessage};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::message_status::MessageStatusName;
use super::time::Time;

/// A verification of the account. Every field is always there.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VerificationResource {
    /// Id of the verification.
    id: Uuid,
    /// Its current status. It leaves `Pending` once, for good.
    #[schema(value_type = VerificationStatusName)]
    status: &'static str,
    /// The recipient, a number in E.164 or an e-mail address; null once the recipient's data is erased.
    #[schema(required = true)]
    to: Option<String>,
    /// The channel that a check proves: that of the messages, or `email` once the code was sent by e-mail.
    #[schema(value_type = ChannelName)]
    channel: &'static str,
    /// The channels of its messages, in the order of their first use.
    #[schema(value_type = Vec<ChannelName>)]
    channels_tried: Vec<&'static str>,
    /// The code's number of characters.
    code_length: u8,
    /// Time of creation, in UTC.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// Time from which the code is refused, in UTC.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
    /// Seconds to wait before the code may be sent again; 0 if it may be at once, or never again.
    resend_after_seconds: u64,
    /// How many wrong guesses are still allowed; 0 once the verification is over.
    attempts_left: usize,
    /// Its messages, oldest first. All of them have the same code.
    messages: Vec<MessageOfVerification>,
    /// The checks while it was pending, oldest first.
    checks: Vec<CheckOfVerification>,
    /// The caller's own data.
    metadata: BTreeMap<String, String>,
}

/// A message of a verification.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessageOfVerification {
    /// Id of the message; `/v1/messages/{id}` has its timeline.
    id: Uuid,
    /// Its channel.
    #[schema(value_type = ChannelName)]
    channel: &'static str,
    /// Its current status.
    #[schema(value_type = MessageStatusName)]
    message_status: &'static str,
    /// Time of creation, in UTC.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
}

/// A check of a verification.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckOfVerification {
    /// Time of the check, in UTC.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// Its result.
    #[schema(value_type = CheckResultName)]
    result: &'static str,
}

/// Status of a verification.
#[derive(ToSchema)]
#[schema(as = VerificationStatus)]
#[expect(dead_code, reason = "documents the names that the core gives")]
pub(crate) enum VerificationStatusName {
    Pending,
    Approved,
    Expired,
    Canceled,
    Exhausted,
}

/// Result of a check that compared the code. Other checks are not listed.
#[derive(ToSchema)]
#[schema(as = CheckResult)]
#[expect(dead_code, reason = "documents the names that the core gives")]
pub(crate) enum CheckResultName {
    Approved,
    CodeIncorrect,
}

/// A way for a code to reach a person.
#[derive(ToSchema)]
#[schema(as = Channel, rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the names that the core gives")]
pub(crate) enum ChannelName {
    Whatsapp,
    Email,
}

impl From<ShownVerification> for VerificationResource {
    fn from(shown: ShownVerification) -> Self {
        let channels_tried = shown.channels_tried();
        Self {
            id: shown.id.0,
            status: shown.status.as_str(),
            to: shown.to.map(|to| to.as_str().to_owned()),
            channel: shown.channel.as_str(),
            channels_tried: channels_tried
                .into_iter()
                .map(|channel| channel.as_str())
                .collect(),
            code_length: shown.code_length,
            created_at: shown.created_at.into(),
            expires_at: shown.expires_at.into(),
            resend_after_seconds: whole_seconds(shown.resend_after),
            attempts_left: shown.attempts_left,
            messages: shown.messages.into_iter().map(Into::into).collect(),
            checks: shown.checks.into_iter().map(Into::into).collect(),
            metadata: shown.metadata.pairs().iter().cloned().collect(),
        }
    }
}

impl From<VerificationMessage> for MessageOfVerification {
    fn from(message: VerificationMessage) -> Self {
        Self {
            id: message.id.0,
            channel: message.channel.as_str(),
            message_status: message.status.as_str(),
            created_at: message.created_at.into(),
        }
    }
}

impl From<CheckRecord> for CheckOfVerification {
    fn from(check: CheckRecord) -> Self {
        Self {
            at: check.at.into(),
            result: check.result.as_str(),
        }
    }
}
