//! `POST /v1/webhook-endpoints/{id}/deliveries/{delivery}/replay`: makes a delivery again.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::ids::{AccountId, WebhookEndpointId, WebhookEventId};
use otp_core::usecases::answer_once::RepeatableRequest;
use otp_edge::resource_at;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use super::webhook_delivery::{WebhookDeliveryPath, id_of, stored_example};
use super::webhook_endpoint::read_without_body;
use crate::error::{self, ApiError, ErrorCode};
use crate::idempotency::answer_once;
use crate::state::ApiState;
use crate::wire::{AcceptedWebhook, IdempotencyHeader, RequestHeaders};

const PATH: &str = "/v1/webhook-endpoints/{id}/deliveries/{delivery}/replay";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).post(post).finish()
}

/// Makes a delivery again, whatever became of it. It keeps its `webhook-id`. The request has no body.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "ReplayWebhookDelivery",
    tag = "Webhooks",
    security(("ApiKey" = [])),
    params(WebhookDeliveryPath, IdempotencyHeader, RequestHeaders),
    responses(
        (
            status = 202,
            description = "The event, which is delivered again now.",
            headers(
                ("X-Request-Id" = String, description = "Id of this request."),
                ("Idempotent-Replayed" = String, description = "`true` if an earlier answer is repeated."),
            ),
            body = AcceptedWebhook,
            example = json!(AcceptedWebhook { id: stored_example().event.id.0 }),
        ),
        Refusals,
    ),
)]
pub(crate) async fn post(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let read = read(&request, &state).await;
    let inspect = state.inspect_webhook_deliveries.clone();
    let action = async move |(of, event): Wanted, _| {
        inspect.replay(of, event).await?;
        Ok(AcceptedWebhook { id: event.0 })
    };
    answer_once(&request, &state, read, StatusCode::ACCEPTED, action).await
}

type Wanted = ((AccountId, WebhookEndpointId), WebhookEventId);

async fn read(
    request: &HttpRequest,
    state: &ApiState,
) -> Result<(Wanted, Option<RepeatableRequest>), ApiError> {
    let ((caller, endpoint), repeatable) = read_without_body(request, state).await?;
    let of = (caller.account_id, endpoint);
    Ok(((of, id_of(request)?), repeatable))
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[
            ErrorCode::InvalidRequest,
            ErrorCode::IdempotencyKeyReused,
            ErrorCode::RequestInProgress,
            ErrorCode::WebhookEndpointNotFound,
            ErrorCode::WebhookDeliveryNotFound,
            ErrorCode::WebhookEndpointDisabled,
        ])
    }
}
