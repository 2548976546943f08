//! `GET /v1/webhook-endpoints/{id}`: returns a webhook endpoint of the account.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::usecases::manage_webhook_endpoints::ShownWebhookEndpoint;
use otp_edge::resource_at;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use super::webhook_endpoint::{PATH, WebhookEndpointPath, id_of, shown_example};
use super::{change_webhook_endpoint, remove_webhook_endpoint};
use crate::answer;
use crate::authentication::authenticate;
use crate::error::{self, ApiError, ErrorCode};
use crate::state::ApiState;
use crate::wire::{RequestHeaders, WebhookEndpointResource};

/// The resource of one webhook endpoint.
pub(crate) fn resource() -> Resource {
    resource_at(PATH)
        .get(get)
        .patch(change_webhook_endpoint::patch)
        .delete(remove_webhook_endpoint::delete)
        .finish()
}

/// Returns a webhook endpoint, without its secret.
///
/// The endpoint of another account and an unknown one get the same answer.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "GetWebhookEndpoint",
    tag = "Webhooks",
    security(("ApiKey" = [])),
    params(WebhookEndpointPath, RequestHeaders),
    responses(
        (
            status = 200,
            description = "The endpoint.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = WebhookEndpointResource,
            example = json!(WebhookEndpointResource::from(shown_example())),
        ),
        Refusals,
    ),
)]
pub(crate) async fn get(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let shown = show(&request, &state).await;
    answer::json(&request, shown.map(WebhookEndpointResource::from))
}

async fn show(request: &HttpRequest, state: &ApiState) -> Result<ShownWebhookEndpoint, ApiError> {
    let caller = authenticate(request, state).await?;
    let id = id_of(request)?;
    let manage = state.manage_webhook_endpoints.clone();
    let shown = state
        .runner
        .run(async move { manage.show(caller.account_id, id).await })
        .await?;
    Ok(shown?)
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[ErrorCode::WebhookEndpointNotFound])
    }
}
