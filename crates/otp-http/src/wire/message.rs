//! A message as the paths below `/v1` show it.

use otp_core::message::{Failure, MessageEvent};
use otp_core::recipient::Recipient;
use otp_core::usecases::show_message::{OpenedMessage, ShownMessage};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::code_outcome::CodeOutcomeName;
use super::message_status::MessageStatusName;
use super::time::Time;

/// A message of the account. Every field is always there.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessageResource {
    /// Id of the message.
    id: Uuid,
    /// Its current status.
    #[schema(value_type = MessageStatusName)]
    message_status: &'static str,
    /// The channel it was sent over: `whatsapp` or `email`.
    channel: &'static str,
    /// The recipient, a number in E.164 or a mail address; null once the recipient's data is erased.
    #[schema(required = true)]
    to: Option<String>,
    /// The same if it is a number; null otherwise.
    #[schema(required = true)]
    to_phone_e164: Option<String>,
    /// The country of the number (ISO 3166-1 alpha-2), or `001` for a number without a country; null for
    /// a mail.
    #[schema(required = true)]
    region: Option<String>,
    /// The language of the message.
    language_code: String,
    /// The template that was used; null if it was deleted, and for a mail.
    #[schema(required = true)]
    template: Option<String>,
    /// WhatsApp's id of the number that sent it; null if that was deleted, and for a mail.
    #[schema(required = true)]
    phone_number_id: Option<String>,
    /// Price in credits. A message that fails gives them back.
    price: i64,
    /// Time of creation, in UTC.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// The reason of the failure, if it failed.
    #[serde(flatten)]
    failure: FailureFields,
    /// Time at which the failure was recorded, in UTC.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    failed_at: Option<Time>,
    /// The outcome of its code, if you reported one.
    #[schema(required = true, value_type = Option<CodeOutcomeName>)]
    outcome: Option<&'static str>,
    /// Time at which the outcome was reported, in UTC.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    outcome_at: Option<Time>,
}

/// The reason of a failure; all fields are null if there was none.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailureFields {
    /// The error code of WhatsApp or of the mail server, if it gave one.
    #[schema(required = true)]
    pub(crate) failure_code: Option<i32>,
    /// The kind of error.
    #[schema(required = true)]
    pub(crate) failure_title: Option<String>,
    /// Description of the error, in the words of WhatsApp or of this service.
    #[schema(required = true)]
    pub(crate) failure_reason: Option<String>,
}

/// A message with its timeline.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessageWithTimeline {
    #[serde(flatten)]
    message: MessageResource,
    /// Every known event of the message, in the order in which it became known.
    timeline: Vec<TimelineEvent>,
}

/// An event of a message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TimelineEvent {
    /// The status that was reported.
    #[schema(value_type = MessageStatusName)]
    status: &'static str,
    /// The source of the report.
    #[schema(value_type = EventSourceName)]
    source: &'static str,
    /// Whether the message moved to that status. A report that came late, or confirmed a known
    /// status, did not move it.
    changed_status: bool,
    /// Time of the event by WhatsApp's clock, in whole seconds; only receipts have it.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    provider_time: Option<Time>,
    /// Time at which the gateway recorded it, in UTC.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Time,
    /// `recordedAt` less `providerTime`, in milliseconds. Two clocks are compared: it may be negative.
    #[schema(required = true)]
    latency_ms: Option<i64>,
    /// The reason of the failure, if the status is `Failed`.
    #[serde(flatten)]
    failure: FailureFields,
}

/// The source of an event: the request that created the message, the call to WhatsApp, a receipt of
/// WhatsApp, or the end of the lifetime of a message without any report.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the names that the core gives")]
pub(crate) enum EventSourceName {
    ApiRequest,
    ProviderCall,
    ProviderReceipt,
    LifetimeEnd,
}

impl From<OpenedMessage> for MessageResource {
    fn from(message: OpenedMessage) -> Self {
        let OpenedMessage { record, to } = message;
        Self {
            id: record.id.0,
            message_status: record.status.as_str(),
            channel: record.channel.as_str(),
            to: to.as_ref().map(|to| to.as_str().to_owned()),
            to_phone_e164: to.and_then(Recipient::phone).map(|to| to.e164().to_owned()),
            region: record.region.map(|region| region.to_string()),
            language_code: record.language.to_string(),
            template: record.template.map(|name| name.as_str().to_owned()),
            phone_number_id: record.phone_number_id.map(|id| id.as_str().to_owned()),
            price: record.price.get(),
            created_at: record.created_at.into(),
            failure: record.failure.into(),
            failed_at: record.failed_at.map(Time::from),
            outcome: record.outcome.map(|recorded| recorded.outcome.as_str()),
            outcome_at: record.outcome.map(|recorded| recorded.at.into()),
        }
    }
}

impl From<Option<Failure>> for FailureFields {
    fn from(failure: Option<Failure>) -> Self {
        let code = failure.as_ref().and_then(|failure| failure.code);
        let words = failure.map(|failure| (failure.title, failure.reason));
        let (title, reason) = words.unzip();
        Self {
            failure_code: code,
            failure_title: title,
            failure_reason: reason,
        }
    }
}

impl From<ShownMessage> for MessageWithTimeline {
    fn from(shown: ShownMessage) -> Self {
        Self {
            message: shown.message.into(),
            timeline: shown
                .timeline
                .into_iter()
                .map(TimelineEvent::from)
                .collect(),
        }
    }
}

impl From<MessageEvent> for TimelineEvent {
    fn from(event: MessageEvent) -> Self {
        Self {
            status: event.status.as_str(),
            source: event.source.as_str(),
            changed_status: event.changed_status,
            provider_time: event.provider_time.map(Time::from),
            recorded_at: event.recorded_at.into(),
            latency_ms: event.latency_millis(),
            failure: event.failure.into(),
        }
    }
}
