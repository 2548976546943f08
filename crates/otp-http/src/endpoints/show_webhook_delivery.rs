//! `GET /v1/webhook-endpoints/{id}/deliveries/{delivery}`: returns a delivery with its attempts.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::usecases::inspect_webhook_deliveries::ShownDelivery;
use otp_edge::resource_at;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use super::webhook_delivery::{self, PATH, WebhookDeliveryPath, example};
use super::webhook_endpoint;
use crate::answer;
use crate::authentication::authenticate;
use crate::error::{self, ApiError, ErrorCode};
use crate::state::ApiState;
use crate::wire::{RequestHeaders, WebhookDeliveryWithAttempts};

pub(crate) fn resource() -> Resource {
    resource_at(PATH).get(get).finish()
}

/// Returns a delivery with its attempts: when your server was called, and what it answered.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "GetWebhookDelivery",
    tag = "Webhooks",
    security(("ApiKey" = [])),
    params(WebhookDeliveryPath, RequestHeaders),
    responses(
        (
            status = 200,
            description = "The delivery.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = WebhookDeliveryWithAttempts,
            example = json!(WebhookDeliveryWithAttempts::from(example())),
        ),
        Refusals,
    ),
)]
pub(crate) async fn get(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let shown = show(&request, &state).await;
    answer::json(&request, shown.map(WebhookDeliveryWithAttempts::from))
}

async fn show(request: &HttpRequest, state: &ApiState) -> Result<ShownDelivery, ApiError> {
    let caller = authenticate(request, state).await?;
    let of = (caller.account_id, webhook_endpoint::id_of(request)?);
    let event = webhook_delivery::id_of(request)?;
    let inspect = state.inspect_webhook_deliveries.clone();
    let shown = state
        .runner
        .run(async move { inspect.show(of, event).await })
        .await?;
    Ok(shown?)
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[
            ErrorCode::WebhookEndpointNotFound,
            ErrorCode::WebhookDeliveryNotFound,
        ])
    }
}
