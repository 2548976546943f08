//! `GET /v1/webhook-endpoints`: lists the webhook endpoints of the account.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use otp_core::usecases::manage_webhook_endpoints::ShownWebhookEndpoint;
use serde::Serialize;
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoResponses, ToSchema};

use super::webhook_endpoint::shown_example;
use crate::answer;
use crate::authentication::authenticate;
use crate::error::{self, ApiError};
use crate::state::ApiState;
use crate::wire::{RequestHeaders, WebhookEndpointResource};

const PATH: &str = "/v1/webhook-endpoints";

/// The webhook endpoints of the account.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListWebhookEndpointsResponse {
    /// All of them, oldest first: at most 20.
    data: Vec<WebhookEndpointResource>,
}

impl From<Vec<ShownWebhookEndpoint>> for ListWebhookEndpointsResponse {
    fn from(endpoints: Vec<ShownWebhookEndpoint>) -> Self {
        Self {
            data: endpoints.into_iter().map(Into::into).collect(),
        }
    }
}

/// The example of the reference.
fn example() -> ListWebhookEndpointsResponse {
    vec![shown_example()].into()
}

/// Returns the webhook endpoints of the account, oldest first, without their secrets.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "ListWebhookEndpoints",
    tag = "Webhooks",
    security(("ApiKey" = [])),
    params(RequestHeaders),
    responses(
        (
            status = 200,
            description = "The endpoints.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = ListWebhookEndpointsResponse,
            example = json!(example()),
        ),
        Refusals,
    ),
)]
pub(crate) async fn get(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let listed = list(&request, &state).await;
    answer::json(&request, listed.map(ListWebhookEndpointsResponse::from))
}

async fn list(
    request: &HttpRequest,
    state: &ApiState,
) -> Result<Vec<ShownWebhookEndpoint>, ApiError> {
    let caller = authenticate(request, state).await?;
    let manage = state.manage_webhook_endpoints.clone();
    let listed = state
        .runner
        .run(async move { manage.list(caller.account_id).await })
        .await?;
    Ok(listed?)
}

/// The error codes of this endpoint: the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[])
    }
}
