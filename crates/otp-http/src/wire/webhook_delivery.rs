//! A delivery to a webhook endpoint as the paths below `/v1` show it.

use otp_core::usecases::inspect_webhook_deliveries::{Replayed, ShownAttempt, ShownDelivery};
use otp_core::webhook::DeliveryState;
use otp_core::webhook::delivery_log::StoredDelivery;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::PageOf;
use super::time::Time;
use super::webhook_endpoint::DeliveredEventName;

/// A delivery of an event to a webhook endpoint. Every field is always there.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookDelivery)]
pub(crate) struct WebhookDeliveryResource {
    /// Id of the event: the header `webhook-id` of its calls.
    id: Uuid,
    /// The event.
    #[serde(rename = "type")]
    #[schema(value_type = DeliveredEventName)]
    kind: &'static str,
    /// Time at which it happened, in UTC.
    #[schema(value_type = String, format = DateTime)]
    timestamp: Time,
    /// Id of the resource that it is about.
    resource_id: Uuid,
    /// State of the delivery.
    #[schema(value_type = DeliveryStateName)]
    state: &'static str,
    /// How often your server was called.
    attempts: u32,
    /// Time of the next call, in UTC; null if there is none.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<Time>,
}

/// A delivery with its attempts.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDeliveryWithAttempts)]
pub(crate) struct WebhookDeliveryWithAttempts {
    #[serde(flatten)]
    delivery: WebhookDeliveryResource,
    /// The calls, oldest first.
    log: Vec<WebhookAttemptResource>,
}

/// A call of your server.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookAttempt)]
pub(crate) struct WebhookAttemptResource {
    /// Its number, from 1.
    number: u32,
    /// Time at which it ended, in UTC.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// How long it took, in milliseconds.
    latency_ms: u32,
    /// HTTP status of the answer; null if none arrived.
    #[schema(required = true)]
    status: Option<u16>,
    /// Reason of the failure, such as `timeout` or `status`; null if the event was accepted.
    #[schema(required = true)]
    failure: Option<String>,
    /// The first 1,024 bytes of the answer, on one line; null if it was empty or none arrived.
    #[schema(required = true)]
    answer: Option<String>,
}

/// State of a delivery: it waits for its next attempt, your server accepted it, or it was given up.
#[derive(ToSchema)]
#[schema(as = WebhookDeliveryState)]
#[expect(dead_code, reason = "documents the names that the core gives")]
pub(crate) enum DeliveryStateName {
    Waiting,
    Delivered,
    GivenUp,
}

/// An event that was added to deliveries.
#[derive(Serialize, ToSchema)]
#[schema(as = AcceptedWebhook)]
pub(crate) struct AcceptedWebhook {
    /// Id of the event: the header `webhook-id` of its calls.
    pub(crate) id: Uuid,
}

/// The deliveries that are made again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReplayWebhooksResponse {
    /// Their number.
    replayed: usize,
    /// The `cursor` of the request that makes the rest again; null if there is none.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

impl PageOf for WebhookDeliveryResource {
    const SCHEMA: &'static str = "ListWebhookDeliveriesResponse";
    const DESCRIPTION: &'static str = "A page of deliveries.";
    const DATA: &'static str = "The deliveries, newest event first.";
}

impl From<StoredDelivery> for WebhookDeliveryResource {
    fn from(delivery: StoredDelivery) -> Self {
        let waits = delivery.state == DeliveryState::Waiting;
        Self {
            id: delivery.event.id.0,
            kind: delivery.event.kind.as_str(),
            timestamp: delivery.event.at.into(),
            resource_id: delivery.event.subject,
            state: delivery.state.as_str(),
            attempts: delivery.attempts,
            next_attempt_at: waits.then(|| delivery.due_at.into()),
        }
    }
}

impl From<ShownDelivery> for WebhookDeliveryWithAttempts {
    fn from(shown: ShownDelivery) -> Self {
        Self {
            delivery: shown.delivery.into(),
            log: shown.attempts.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<ShownAttempt> for WebhookAttemptResource {
    fn from(ShownAttempt { attempt, answer }: ShownAttempt) -> Self {
        Self {
            number: attempt.number,
            at: attempt.at.into(),
            latency_ms: attempt.result.latency_millis,
            status: attempt.result.status,
            failure: attempt.result.failure,
            answer,
        }
    }
}

impl From<Replayed> for ReplayWebhooksResponse {
    fn from(replayed: Replayed) -> Self {
        Self {
            replayed: replayed.count,
            next_cursor: replayed.next.map(|cursor| cursor.to_string()),
        }
    }
}
