//! `PATCH /v1/webhook-endpoints/{id}`: changes a webhook endpoint in part.

use std::collections::BTreeMap;

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::manage_webhook_endpoints::{ShownWebhookEndpoint, WebhookEndpointEdit};
use otp_core::webhook::endpoint::{DisabledReason, EndpointStanding};
use serde::Deserialize;
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoResponses, ToSchema};

use super::webhook_endpoint::{PATH, WebhookEndpointPath, id_of, shown_example};
use crate::answer;
use crate::authentication::authenticate_and_read;
use crate::error::{self, ApiError, ErrorCode};
use crate::state::ApiState;
use crate::wire::{
    ChangedField, RequestHeaders, TypedField, WebhookEndpointResource, WebhookEventName,
    description, events,
};

/// The values to replace. What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangeWebhookEndpointRequest {
    /// The URL, as in a new endpoint.
    #[serde(default)]
    #[schema(value_type = String, required = false, format = "uri", max_length = 2048)]
    url: ChangedField,
    /// Your description of it, on one line; null removes it.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    description: ChangedField,
    /// The events it receives. An empty list means all, also those that a later version adds.
    #[serde(default)]
    #[schema(value_type = Vec<WebhookEventName>, required = false)]
    events: ChangedField,
    /// Whether it is called. `true` also enables an endpoint that was disabled because its calls failed.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    enabled: ChangedField,
}

impl ChangeWebhookEndpointRequest {
    fn edit(self) -> Result<WebhookEndpointEdit, ApiError> {
        Ok(WebhookEndpointEdit {
            url: self.url.read("url", TypedField::text)?,
            description: self.description.read_nullable("description", description)?,
            events: self.events.read("events", events)?,
            enabled: self.enabled.read("enabled", TypedField::boolean)?,
        })
    }
}

/// The example of the reference.
fn example() -> WebhookEndpointResource {
    ShownWebhookEndpoint {
        standing: EndpointStanding::Disabled(DisabledReason::ByOwner),
        ..shown_example()
    }
    .into()
}

/// Changes a webhook endpoint in part and returns it.
///
/// The body is a merge patch (RFC 7396). To repeat the request has no further effect, so it takes no
/// idempotency key. A disabled endpoint gets no events, also not later, once it is enabled again.
#[utoipa::path(
    patch,
    path = PATH,
    operation_id = "ChangeWebhookEndpoint",
    tag = "Webhooks",
    security(("ApiKey" = [])),
    params(WebhookEndpointPath, RequestHeaders),
    request_body(content = ChangeWebhookEndpointRequest, example = json!({"enabled": false})),
    responses(
        (
            status = 200,
            description = "The endpoint as it is now.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = WebhookEndpointResource,
            example = json!(example()),
        ),
        Refusals,
    ),
)]
pub(crate) async fn patch(
    request: HttpRequest,
    payload: Payload,
    state: Data<ApiState>,
) -> HttpResponse {
    let changed = change(&request, payload, &state).await;
    answer::json(&request, changed.map(WebhookEndpointResource::from))
}

async fn change(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
) -> Result<ShownWebhookEndpoint, ApiError> {
    let (caller, body): (_, ChangeWebhookEndpointRequest) =
        authenticate_and_read(request, payload, state).await?;
    let (of, by) = (
        (caller.account_id, id_of(request)?),
        AccountActor::Key(caller),
    );
    let edit = body.edit()?;
    let manage = state.manage_webhook_endpoints.clone();
    let changed = state
        .runner
        .run(async move { manage.change(of, edit, by).await })
        .await?;
    Ok(changed?)
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses_to_a_body(&[
            ErrorCode::InvalidRequest,
            ErrorCode::ForbiddenWebhookTarget,
            ErrorCode::AccountClosed,
            ErrorCode::WebhookEndpointNotFound,
        ])
    }
}
