//! `POST /v1/webhook-listeners/{id}/events`: returns the events of a listener, as soon as there are some.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::ids::WebhookEventId;
use otp_core::usecases::listen_for_events::{HeardEvent, ListenForEventsRequest};
use otp_edge::resource_at;
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoParams, IntoResponses, ToSchema};
use uuid::Uuid;

use super::webhook_delivery::stored_example;
use super::webhook_endpoint::{WebhookEndpointPath, id_of};
use crate::answer;
use crate::authentication::authenticate_and_read;
use crate::error::{self, ApiError, ErrorCode, InvalidField};
use crate::parameter::{Documented, Query, QueryParameter, WAIT, documents};
use crate::state::ApiState;
use crate::waiting::run_while_awaited;
use crate::wire::{DeliveredEventName, RequestHeaders, TypedField};

const PATH: &str = "/v1/webhook-listeners/{id}/events";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).post(post).finish()
}

const WAIT_SECONDS: QueryParameter<Duration> = QueryParameter {
    name: "waitSeconds",
    description: "How long to wait if there is no event.",
    value: WAIT,
};

/// The parameters of the query.
pub(crate) const QUERY: [&dyn Documented; 1] = [&WAIT_SECONDS];

struct FetchWebhookEventsQuery;

impl IntoParams for FetchWebhookEventsQuery {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        documents(&QUERY)
    }
}

/// The events of the answer before.
#[derive(Deserialize, ToSchema)]
pub(crate) struct FetchWebhookEventsRequest {
    /// Ids of the events that your program has processed. These are not returned again; all others are.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Uuid>>)]
    received: TypedField,
}

/// Events of a listener.
#[derive(Serialize, ToSchema)]
pub(crate) struct FetchWebhookEventsResponse {
    /// The events, oldest first, at most 100.
    data: Vec<FetchedEvent>,
}

/// An event as a call would carry it.
#[derive(Serialize, ToSchema)]
pub(crate) struct FetchedEvent {
    /// Id of the event: the header `webhook-id` of a call.
    id: Uuid,
    /// The event.
    #[serde(rename = "type")]
    #[schema(value_type = DeliveredEventName)]
    kind: &'static str,
    /// The body of a call: JSON, in the bytes to sign.
    body: String,
}

/// Returns the events of a listener, oldest first. With `waitSeconds`, the answer comes as soon as there is one, or
/// without any when the time is over.
///
/// Name those that you have dealt with in `received` of the next request. At most 10 requests of an account wait at a
/// time.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "FetchWebhookEvents",
    tag = "Webhooks",
    security(("ApiKey" = [])),
    params(WebhookEndpointPath, FetchWebhookEventsQuery, RequestHeaders),
    request_body(
        content = FetchWebhookEventsRequest,
        example = json!({"received": ["0199e1f4-3b10-8c7e-8d11-5e6f7a8b9c0d"]}),
    ),
    responses(
        (
            status = 200,
            description = "The events; none if there were none in time.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = FetchWebhookEventsResponse,
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
    let events = fetch(&request, payload, &state).await;
    answer::json(&request, events.map(FetchWebhookEventsResponse::from))
}

async fn fetch(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
) -> Result<Vec<HeardEvent>, ApiError> {
    let (caller, body): (_, FetchWebhookEventsRequest) =
        authenticate_and_read(request, payload, state).await?;
    let query = Query::read(request, &QUERY)?;
    let wanted = ListenForEventsRequest {
        account_id: caller.account_id,
        listener_id: id_of(request)?,
        received: received(body.received)?,
        wait: query.get(&WAIT_SECONDS)?.unwrap_or_default(),
    };
    let listen_for_events = state.listen_for_events.clone();
    run_while_awaited(
        state,
        async move { listen_for_events.execute(wanted).await },
    )
    .await
}

/// Reads the ids of events. Text that is not an id names no event.
fn received(field: TypedField) -> Result<Vec<WebhookEventId>, InvalidField> {
    let elements = field.list("received")?.unwrap_or_default();
    let texts = elements.into_iter().map(|element| element.text("received"));
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    let ids = texts.into_iter().flatten();
    let ids = ids.filter_map(|text| Uuid::try_parse(&text).ok());
    Ok(ids.map(WebhookEventId).collect())
}

fn example() -> FetchWebhookEventsResponse {
    let event = stored_example().event;
    let body = r#"{"type":"message.delivered","timestamp":"2026-05-14T09:13:44.120Z","data":{"id":"f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2","messageStatus":"Delivered","sequence":3}}"#;
    let event = FetchedEvent {
        id: event.id.0,
        kind: event.kind.as_str(),
        body: body.to_owned(),
    };
    FetchWebhookEventsResponse { data: vec![event] }
}

impl From<Vec<HeardEvent>> for FetchWebhookEventsResponse {
    fn from(events: Vec<HeardEvent>) -> Self {
        let events = events.into_iter().map(|event| FetchedEvent {
            id: event.id.0,
            kind: event.kind.as_str(),
            // It is JSON, so it is text.
            body: String::from_utf8_lossy(&event.body).into_owned(),
        });
        Self {
            data: events.collect(),
        }
    }
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses_to_a_body(&[
            ErrorCode::InvalidRequest,
            ErrorCode::InvalidQueryParameter,
            ErrorCode::WebhookEndpointNotFound,
            ErrorCode::TooManyWaiting,
        ])
    }
}
