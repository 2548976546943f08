//! `POST /v1/webhook-endpoints/{id}/test`: delivers an event that tells nothing.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::ids::WebhookEndpointId;
use otp_core::usecases::authenticate::Caller;
use otp_edge::resource_at;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use super::webhook_delivery::stored_example;
use super::webhook_endpoint::{WebhookEndpointPath, read_without_body};
use crate::error::{self, ErrorCode};
use crate::idempotency::answer_once;
use crate::state::ApiState;
use crate::wire::{AcceptedWebhook, IdempotencyHeader, RequestHeaders};

const PATH: &str = "/v1/webhook-endpoints/{id}/test";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).post(post).finish()
}

/// Delivers the event `webhook_endpoint.test` to the endpoint, whatever its filter is. The request has no body.
///
/// The deliveries show what your server answered.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "TestWebhookEndpoint",
    tag = "Webhooks",
    security(("ApiKey" = [])),
    params(WebhookEndpointPath, IdempotencyHeader, RequestHeaders),
    responses(
        (
            status = 202,
            description = "The event, which is delivered now.",
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
    let read = read_without_body(&request, &state).await;
    let inspect = state.inspect_webhook_deliveries.clone();
    let action = async move |(caller, id): (Caller, WebhookEndpointId), _| {
        let event = inspect.test((caller.account_id, id)).await?;
        Ok(AcceptedWebhook { id: event.0 })
    };
    answer_once(&request, &state, read, StatusCode::ACCEPTED, action).await
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
            ErrorCode::WebhookEndpointDisabled,
        ])
    }
}
