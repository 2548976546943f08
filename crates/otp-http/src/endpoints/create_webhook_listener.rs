//! `POST /v1/webhook-listeners`: begins to listen for events.

use std::collections::BTreeMap;

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::usecases::answer_once::RepeatableRequest;
use otp_core::usecases::manage_webhook_endpoints::{NewWebhookEndpoint, ShownWebhookEndpoint};
use otp_edge::resource_at;
use serde::Deserialize;
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoResponses, ToSchema};

use super::create_webhook_endpoint;
use super::webhook_endpoint::shown_example;
use crate::authentication::authenticate_and_read_bytes;
use crate::body::JsonField;
use crate::error::{self, ApiError, ErrorCode};
use crate::idempotency::repeatable;
use crate::state::ApiState;
use crate::wire::{
    IdempotencyHeader, RequestHeaders, TypedField, WebhookEndpointWithSecret, WebhookEventName,
    events,
};

const PATH: &str = "/v1/webhook-listeners";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).post(post).finish()
}

/// The events to listen for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateWebhookListenerRequest {
    /// The events it receives. Without it, or with an empty list, it receives all.
    #[serde(default)]
    #[schema(value_type = Option<Vec<WebhookEventName>>)]
    events: TypedField,
    /// Makes the request safe to repeat, like the header `Idempotency-Key`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    idempotency_key: JsonField,
}

/// The example of the reference.
fn example() -> WebhookEndpointWithSecret {
    let listener = ShownWebhookEndpoint {
        url: None,
        description: None,
        ..shown_example()
    };
    (listener, create_webhook_endpoint::secret_example()).into()
}

/// Begins to listen for events, on a machine without a public address. An account has at most 5 listeners.
///
/// A listener is a webhook endpoint without a URL: your program fetches its events and acts as if they had
/// been sent to it. It is removed once it has fetched nothing for two minutes. The command `listen` does all
/// this.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "CreateWebhookListener",
    tag = "Webhooks",
    security(("ApiKey" = [])),
    params(IdempotencyHeader, RequestHeaders),
    request_body(
        content = CreateWebhookListenerRequest,
        example = json!({"events": ["message.delivered", "message.failed"]}),
    ),
    responses(
        (
            status = 201,
            description = "The listener, with the secret of its signatures.",
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
    create_webhook_endpoint::create(&request, &state, read).await
}

async fn read(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
) -> Result<(create_webhook_endpoint::Wanted, Option<RepeatableRequest>), ApiError> {
    let (caller, body, bytes): (_, CreateWebhookListenerRequest, _) =
        authenticate_and_read_bytes(request, payload, state).await?;
    let repeatable = repeatable(request, caller, &bytes, body.idempotency_key)?;
    let wanted = NewWebhookEndpoint {
        account_id: caller.account_id,
        url: None,
        description: None,
        events: events(body.events, "events")?.unwrap_or_default(),
    };
    Ok(((wanted, caller), repeatable))
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses_to_a_repeatable(&[
            ErrorCode::AccountClosed,
            ErrorCode::TooManyWebhookListeners,
        ])
    }
}
