//! `DELETE /v1/webhook-endpoints/{id}`: removes a webhook endpoint.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use otp_core::usecases::account_actor::AccountActor;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use super::webhook_endpoint::{PATH, WebhookEndpointPath, id_of};
use crate::answer;
use crate::authentication::authenticate;
use crate::error::{self, ApiError, ErrorCode};
use crate::state::ApiState;
use crate::wire::RequestHeaders;

/// Removes a webhook endpoint, with its secret.
#[utoipa::path(
    delete,
    path = PATH,
    operation_id = "RemoveWebhookEndpoint",
    tag = "Webhooks",
    security(("ApiKey" = [])),
    params(WebhookEndpointPath, RequestHeaders),
    responses(
        (
            status = 204,
            description = "The endpoint does not exist any more.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
        ),
        Refusals,
    ),
)]
pub(crate) async fn delete(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let removed = remove(&request, &state).await;
    answer::no_content(&request, removed)
}

async fn remove(request: &HttpRequest, state: &ApiState) -> Result<(), ApiError> {
    let caller = authenticate(request, state).await?;
    let (of, by) = (
        (caller.account_id, id_of(request)?),
        AccountActor::Key(caller),
    );
    let manage = state.manage_webhook_endpoints.clone();
    let removed = state
        .runner
        .run(async move { manage.remove(of, by).await })
        .await?;
    Ok(removed?)
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[ErrorCode::WebhookEndpointNotFound])
    }
}
