//! The path of a webhook endpoint, and the endpoint of the reference's examples.

use actix_web::HttpRequest;
use otp_core::ids::WebhookEndpointId;
use otp_core::time::Timestamp;
use otp_core::usecases::answer_once::RepeatableRequest;
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::manage_webhook_endpoints::ShownWebhookEndpoint;
use otp_core::webhook::endpoint::EndpointStanding;
use otp_core::webhook::{EventFilter, WebhookEventKind};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};
use uuid::Uuid;

use crate::authentication::authenticate;
use crate::body::JsonField;
use crate::error::{ApiError, ErrorCode};
use crate::idempotency::repeatable;
use crate::parameter::{PathParameter, WEBHOOK_ENDPOINT_ID, documents};
use crate::state::ApiState;

pub(super) const PATH: &str = "/v1/webhook-endpoints/{id}";

pub(super) const ID: PathParameter<WebhookEndpointId> = PathParameter {
    name: "id",
    description: "The `id` of the webhook endpoint.",
    value: WEBHOOK_ENDPOINT_ID,
};

/// The path of a webhook endpoint.
pub(super) struct WebhookEndpointPath;

impl IntoParams for WebhookEndpointPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        documents(&[&ID])
    }
}

/// Reads the id in the path. Text that is not an id names no endpoint.
pub(super) fn id_of(request: &HttpRequest) -> Result<WebhookEndpointId, ApiError> {
    let id = ID.read(request);
    id.ok_or(ApiError::Plain(ErrorCode::WebhookEndpointNotFound))
}

/// Reads a request that has no body: the caller, the endpoint, and the idempotency key if there is one.
pub(super) async fn read_without_body(
    request: &HttpRequest,
    state: &ApiState,
) -> Result<((Caller, WebhookEndpointId), Option<RepeatableRequest>), ApiError> {
    let caller = authenticate(request, state).await?;
    let repeatable = repeatable(request, caller, &[], JsonField::Absent)?;
    Ok(((caller, id_of(request)?), repeatable))
}

/// The endpoint of the reference's examples.
pub(super) fn shown_example() -> ShownWebhookEndpoint {
    let id = Uuid::try_parse("0199e1f4-3a5c-7d20-9c0e-6f1b2c3d4e5f").expect("a UUID");
    let events = [
        WebhookEventKind::MessageDelivered,
        WebhookEventKind::MessageFailed,
    ];
    ShownWebhookEndpoint {
        id: WebhookEndpointId(id),
        url: Some("https://shop.example.com/webhooks/otp".to_owned()),
        description: Some("Shop, production".to_owned()),
        events: EventFilter::from_iter(events),
        standing: EndpointStanding::Enabled,
        created_at: Timestamp::parse("2026-05-14T09:13:42.812Z").expect("a time"),
    }
}
