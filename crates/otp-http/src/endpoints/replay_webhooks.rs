//! `POST /v1/webhook-endpoints/{id}/replay`: makes the deliveries of a time again.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::ids::{AccountId, WebhookEndpointId};
use otp_core::page::Cursor;
use otp_core::time::Timestamp;
use otp_core::usecases::answer_once::RepeatableRequest;
use otp_core::usecases::inspect_webhook_deliveries::ReplayRange;
use otp_core::webhook::delivery_log::DeliveryFilter;
use otp_edge::resource_at;
use serde::Deserialize;
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoResponses, ToSchema};

use super::webhook_endpoint::{WebhookEndpointPath, id_of};
use crate::authentication::authenticate_and_read_bytes;
use crate::body::JsonField;
use crate::error::{self, ApiError, ErrorCode, FieldFault, InvalidField};
use crate::idempotency::{answer_once, repeatable};
use crate::state::ApiState;
use crate::wire::{IdempotencyHeader, ReplayWebhooksResponse, RequestHeaders, TypedField};

const PATH: &str = "/v1/webhook-endpoints/{id}/replay";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).post(post).finish()
}

/// The time whose events are delivered again.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ReplayWebhooksRequest {
    /// Events that happened at this time or later (RFC 3339).
    #[serde(default)]
    #[schema(value_type = String, required = true, format = DateTime)]
    from: TypedField,
    /// Events that happened before this time (RFC 3339).
    #[serde(default)]
    #[schema(value_type = String, required = true, format = DateTime)]
    until: TypedField,
    /// `nextCursor` of the answer before, to continue after it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    cursor: TypedField,
    /// A key of your choice for this request, as in the header `Idempotency-Key`.
    #[serde(default, rename = "idempotencyKey")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    idempotency_key: JsonField,
}

impl ReplayWebhooksRequest {
    fn range(self) -> Result<ReplayRange, InvalidField> {
        let cursor = self.cursor.text("cursor")?;
        let cursor = cursor.map(|text| {
            let cursor = Cursor::parse(&text);
            cursor.map_err(|_| InvalidField::new("cursor", FieldFault::NotACursor))
        });
        Ok(ReplayRange {
            from: instant(self.from, "from")?,
            until: instant(self.until, "until")?,
            filter: DeliveryFilter::All,
            cursor: cursor.transpose()?,
        })
    }
}

fn instant(field: TypedField, name: &'static str) -> Result<Timestamp, InvalidField> {
    let text = field.text(name)?;
    let text = text.ok_or_else(|| InvalidField::new(name, FieldFault::Missing))?;
    Timestamp::parse(&text).map_err(|_| InvalidField::new(name, FieldFault::NotAnInstant))
}

/// Makes the deliveries of the events of a time again, oldest first, whatever became of them, at most 1,000 with one
/// request. Each keeps its `webhook-id`, by which your server knows those that it has already.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "ReplayWebhooks",
    tag = "Webhooks",
    security(("ApiKey" = [])),
    params(WebhookEndpointPath, IdempotencyHeader, RequestHeaders),
    request_body(
        content = ReplayWebhooksRequest,
        example = json!({"from": "2026-05-14T09:00:00Z", "until": "2026-05-14T10:00:00Z"}),
    ),
    responses(
        (
            status = 202,
            description = "The deliveries, which are made again now.",
            headers(
                ("X-Request-Id" = String, description = "Id of this request."),
                ("Idempotent-Replayed" = String, description = "`true` if an earlier answer is repeated."),
            ),
            body = ReplayWebhooksResponse,
            example = json!({"replayed": 17, "nextCursor": null}),
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
    let inspect = state.inspect_webhook_deliveries.clone();
    let action = async move |(of, range): Wanted, _| {
        let replayed = inspect.replay_range(of, range).await?;
        Ok(ReplayWebhooksResponse::from(replayed))
    };
    answer_once(&request, &state, read, StatusCode::ACCEPTED, action).await
}

type Wanted = ((AccountId, WebhookEndpointId), ReplayRange);

async fn read(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
) -> Result<(Wanted, Option<RepeatableRequest>), ApiError> {
    let (caller, mut body, bytes): (_, ReplayWebhooksRequest, _) =
        authenticate_and_read_bytes(request, payload, state).await?;
    let key = std::mem::take(&mut body.idempotency_key);
    let repeatable = repeatable(request, caller, &bytes, key)?;
    let of = (caller.account_id, id_of(request)?);
    Ok(((of, body.range()?), repeatable))
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses_to_a_repeatable(&[
            ErrorCode::WebhookEndpointNotFound,
            ErrorCode::WebhookEndpointDisabled,
        ])
    }
}
