//! `POST /v1/webhook-endpoints/{id}/rotate-secret`: gives a webhook endpoint a new secret.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::ids::WebhookEndpointId;
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::authenticate::Caller;
use otp_edge::resource_at;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use super::create_webhook_endpoint::example;
use super::webhook_endpoint::{WebhookEndpointPath, read_without_body};
use crate::error::{self, ErrorCode};
use crate::idempotency::answer_once;
use crate::state::ApiState;
use crate::wire::{IdempotencyHeader, RequestHeaders, WebhookEndpointWithSecret};

const PATH: &str = "/v1/webhook-endpoints/{id}/rotate-secret";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).post(post).finish()
}

/// Gives a webhook endpoint a new secret, which is not shown again. The request has no body.
///
/// For 24 hours, calls are signed with the new secret and with the one before it, so you can replace the
/// secret on your server in that time. A second rotation ends the older one of the two at once: without an
/// idempotency key, do not repeat the request.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "RotateWebhookSecret",
    tag = "Webhooks",
    security(("ApiKey" = [])),
    params(WebhookEndpointPath, IdempotencyHeader, RequestHeaders),
    responses(
        (
            status = 200,
            description = "The endpoint, with its new secret.",
            headers(
                ("X-Request-Id" = String, description = "Id of this request."),
                ("Idempotent-Replayed" = String, description = "`true` if an earlier answer is repeated."),
            ),
            body = WebhookEndpointWithSecret,
            example = json!(example()),
        ),
        Refusals,
    ),
)]
pub(crate) async fn post(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let read = read_without_body(&request, &state).await;
    let manage = state.manage_webhook_endpoints.clone();
    let action = async move |(caller, id): (Caller, WebhookEndpointId), _| {
        let of = (caller.account_id, id);
        let rotated = manage.rotate_secret(of, AccountActor::Key(caller)).await?;
        Ok(WebhookEndpointWithSecret::from(rotated))
    };
    answer_once(&request, &state, read, StatusCode::OK, action).await
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[
            ErrorCode::InvalidRequest,
            ErrorCode::IdempotencyKeyReused,
            ErrorCode::RequestInProgress,
            ErrorCode::AccountClosed,
            ErrorCode::WebhookEndpointNotFound,
        ])
    }
}
