//! The path of a delivery, and the delivery of the reference's examples.

use actix_web::HttpRequest;
use otp_core::ids::WebhookEventId;
use otp_core::time::Timestamp;
use otp_core::usecases::inspect_webhook_deliveries::{ShownAttempt, ShownDelivery};
use otp_core::webhook::delivery_log::{AttemptResult, StoredAttempt, StoredDelivery};
use otp_core::webhook::{DeliveryState, WebhookEvent, WebhookEventKind};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};
use uuid::Uuid;

use super::webhook_endpoint::{ID, shown_example};
use crate::error::{ApiError, ErrorCode};
use crate::parameter::{PathParameter, WEBHOOK_EVENT_ID, documents};

pub(super) const PATH: &str = "/v1/webhook-endpoints/{id}/deliveries/{delivery}";

const DELIVERY: PathParameter<WebhookEventId> = PathParameter {
    name: "delivery",
    description: "The `id` of the delivery: the header `webhook-id` of its calls.",
    value: WEBHOOK_EVENT_ID,
};

/// The path of a delivery.
pub(super) struct WebhookDeliveryPath;

impl IntoParams for WebhookDeliveryPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        documents(&[&ID, &DELIVERY])
    }
}

/// Reads the id in the path. Text that is not an id names no delivery.
pub(super) fn id_of(request: &HttpRequest) -> Result<WebhookEventId, ApiError> {
    let id = DELIVERY.read(request);
    id.ok_or(ApiError::Plain(ErrorCode::WebhookDeliveryNotFound))
}

/// The delivery of the reference's examples.
pub(super) fn stored_example() -> StoredDelivery {
    let uuid = |text| Uuid::try_parse(text).expect("a UUID");
    let at = time("2026-05-14T09:13:44.120Z");
    let id = WebhookEventId(uuid("0199e1f4-3f78-8a41-9b52-7c8d9e0f1a2b"));
    let message = uuid("f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2");
    let kind = WebhookEventKind::MessageDelivered;
    let account_id = otp_core::ids::AccountId(Uuid::nil());
    StoredDelivery {
        event: WebhookEvent {
            id,
            sequence: 3,
            ..WebhookEvent::new(account_id, kind, message, at)
        },
        state: DeliveryState::Waiting,
        due_at: time("2026-05-14T09:13:49.480Z"),
        attempts: 1,
        last_attempt: Some(result_example()),
    }
}

fn result_example() -> AttemptResult {
    AttemptResult {
        latency_millis: 92,
        status: Some(503),
        failure: Some("status".to_owned()),
    }
}

/// The same with its attempt.
pub(super) fn example() -> ShownDelivery {
    let attempt = StoredAttempt {
        number: 1,
        at: time("2026-05-14T09:13:44.480Z"),
        result: result_example(),
        excerpt: None,
    };
    ShownDelivery {
        delivery: stored_example(),
        attempts: vec![ShownAttempt {
            attempt,
            answer: Some("upstream connect error".to_owned()),
        }],
    }
}

fn time(text: &str) -> Timestamp {
    let created_at = shown_example().created_at;
    Timestamp::parse(text).unwrap_or(created_at)
}
