//! The body of a webhook: what happened, and the resource to which it did.

use otp_core::api_key::ApiKey;
use otp_core::channel::whatsapp::Sender;
use otp_core::channel::whatsapp::health::SenderStop;
use otp_core::channel::whatsapp::template::AuthenticationTemplate;
use otp_core::recipient::Recipient;
use otp_core::subscription::Subscription;
use otp_core::time::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::time::Time;

/// The body of a webhook.
#[derive(Serialize)]
pub(crate) struct WebhookBody<T> {
    /// The kind of the event.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// The time at which it happened, in UTC.
    pub(crate) timestamp: Time,
    /// The resource.
    pub(crate) data: WebhookData<T>,
}

/// The resource of an event.
#[derive(Serialize)]
pub(crate) struct WebhookData<T> {
    /// The resource as the API shows it.
    #[serde(flatten)]
    pub(crate) resource: T,
    /// The place among the events of the resource.
    pub(crate) sequence: i64,
}

/// A subscription in a webhook.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionResource {
    id: Uuid,
    plan_id: Option<Uuid>,
    credits: i64,
    remaining_credits: i64,
    status: &'static str,
    created_at: Time,
}

/// A recipient in a webhook.
#[derive(Serialize)]
pub(crate) struct RecipientResource {
    to: Option<String>,
}

/// An API key in a webhook.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiKeyResource {
    id: Uuid,
    name: String,
    hint: String,
    created_at: Time,
    expires_at: Option<Time>,
}

/// A sender in a webhook.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SenderResource {
    id: Uuid,
    phone_number_id: String,
    state: &'static str,
    stopped_at: Option<Time>,
    stopped_by: Option<&'static str>,
    stop_reason: Option<String>,
}

/// A template in a webhook.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TemplateResource {
    id: Uuid,
    sender_id: Uuid,
    name: String,
    language_code: String,
    status: String,
    reason: Option<String>,
}

impl From<Subscription> for SubscriptionResource {
    fn from(subscription: Subscription) -> Self {
        Self {
            id: subscription.id.0,
            plan_id: subscription.plan_id.map(|plan| plan.0),
            credits: subscription.credits.get(),
            remaining_credits: subscription.remaining.get(),
            status: subscription.status().as_str(),
            created_at: subscription.created_at.into(),
        }
    }
}

impl From<Option<Recipient>> for RecipientResource {
    fn from(to: Option<Recipient>) -> Self {
        Self {
            to: to.map(|to| to.as_str().to_owned()),
        }
    }
}

impl From<ApiKey> for ApiKeyResource {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id.0,
            name: key.name,
            hint: format!("{}…", key.hint),
            created_at: key.created_at.into(),
            expires_at: key.expires_at.map(Time::from),
        }
    }
}

impl From<(Sender, Option<SenderStop>)> for SenderResource {
    fn from((sender, stop): (Sender, Option<SenderStop>)) -> Self {
        let since = |stop: &SenderStop| -> Timestamp { stop.since };
        Self {
            id: sender.id.0,
            phone_number_id: sender.phone_number_id.as_str().to_owned(),
            state: if stop.is_some() { "Stopped" } else { "Active" },
            stopped_at: stop.as_ref().map(since).map(Time::from),
            stopped_by: stop.as_ref().map(|stop| stop.by.as_str()),
            stop_reason: stop.map(|stop| stop.refusal.failure.reason),
        }
    }
}

impl From<AuthenticationTemplate> for TemplateResource {
    fn from(template: AuthenticationTemplate) -> Self {
        Self {
            id: template.id.0,
            sender_id: template.sender_id.0,
            name: template.name.as_str().to_owned(),
            language_code: template.language.to_string(),
            status: template.status.as_str().to_owned(),
            reason: template.reason,
        }
    }
}
