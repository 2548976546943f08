//! `POST /v1/webhook-endpoints`: creates a webhook endpoint.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::answer_once::RepeatableRequest;
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::manage_webhook_endpoints::NewWebhookEndpoint;
use otp_core::webhook::WebhookSecret;
use otp_edge::resource_at;
use serde::Deserialize;
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoResponses, ToSchema};

use super::list_webhook_endpoints;
use super::webhook_endpoint::shown_example;
use crate::authentication::authenticate_and_read_bytes;
use crate::body::JsonField;
use crate::error::{self, ApiError, ErrorCode, FieldFault, InvalidField};
use crate::idempotency::{answer_once, repeatable};
use crate::state::ApiState;
use crate::wire::{
    IdempotencyHeader, RequestHeaders, TypedField, WebhookEndpointWithSecret, WebhookEventName,
    description, events,
};

const PATH: &str = "/v1/webhook-endpoints";

/// The resource of new webhook endpoints and of their list.
pub(crate) fn resource() -> Resource {
    resource_at(PATH)
        .post(post)
        .get(list_webhook_endpoints::get)
        .finish()
}

/// A URL, and the events it receives.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateWebhookEndpointRequest {
    /// The URL: `https`, with a host on the public internet, without user name and fragment, of at most
    /// 2,048 bytes.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = "uri", max_length = 2048)]
    url: TypedField,
    /// Your description of it, on one line.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    description: TypedField,
    /// The events it receives. Without it, or with an empty list, it receives all, also those that
    /// a later version adds.
    #[serde(default)]
    #[schema(value_type = Option<Vec<WebhookEventName>>)]
    events: TypedField,
    /// Makes the request safe to repeat, like the header `Idempotency-Key`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    idempotency_key: JsonField,
}

/// The example of the reference.
pub(super) fn example() -> WebhookEndpointWithSecret {
    (shown_example(), secret_example()).into()
}

/// The secret of the reference's examples.
pub(super) fn secret_example() -> WebhookSecret {
    let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    secret.expect("a secret of 24 bytes")
}

/// Creates a webhook endpoint: a URL of your server. An account has at most 20.
///
/// The answer has the secret that signs the calls, as Standard Webhooks describes. It is not shown again; a
/// repetition with the same idempotency key gets it within 24 hours. Test keys have endpoints of their own.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "CreateWebhookEndpoint",
    tag = "Webhooks",
    security(("ApiKey" = [])),
    params(IdempotencyHeader, RequestHeaders),
    request_body(
        content = CreateWebhookEndpointRequest,
        example = json!({
            "url": "https://shop.example.com/webhooks/otp",
            "description": "Shop, production",
            "events": ["message.delivered", "message.failed"],
        }),
    ),
    responses(
        (
            status = 201,
            description = "The endpoint, with its secret.",
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
pub(crate) async fn post(
    request: HttpRequest,
    payload: Payload,
    state: Data<ApiState>,
) -> HttpResponse {
    let read = read(&request, payload, &state).await;
    create(&request, &state, read).await
}

/// An endpoint, and the caller who wants it.
pub(super) type Wanted = (NewWebhookEndpoint, Caller);

/// Creates an endpoint or a listener that was read, and answers with it and its secret.
pub(super) async fn create(
    request: &HttpRequest,
    state: &ApiState,
    read: Result<(Wanted, Option<RepeatableRequest>), ApiError>,
) -> HttpResponse {
    let manage = state.manage_webhook_endpoints.clone();
    let action = async move |(wanted, caller): Wanted, _| {
        let created = manage.create(wanted, AccountActor::Key(caller)).await?;
        Ok(WebhookEndpointWithSecret::from(created))
    };
    answer_once(request, state, read, StatusCode::CREATED, action).await
}

async fn read(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
) -> Result<(Wanted, Option<RepeatableRequest>), ApiError> {
    let (caller, body, bytes): (_, CreateWebhookEndpointRequest, _) =
        authenticate_and_read_bytes(request, payload, state).await?;
    let repeatable = repeatable(request, caller, &bytes, body.idempotency_key)?;
    let url = body.url.text("url")?.filter(|url| !url.is_empty());
    let wanted = NewWebhookEndpoint {
        account_id: caller.account_id,
        url: Some(url.ok_or(InvalidField::new("url", FieldFault::Missing))?),
        description: description(body.description, "description")?,
        events: events(body.events, "events")?.unwrap_or_default(),
    };
    Ok(((wanted, caller), repeatable))
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses_to_a_repeatable(&[
            ErrorCode::ForbiddenWebhookTarget,
            ErrorCode::AccountClosed,
            ErrorCode::TooManyWebhookEndpoints,
        ])
    }
}
