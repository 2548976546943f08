//! `POST /v1/messages/{id}/outcome`: records whether the person typed the code of a message.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::ids::MessageId;
use otp_core::message::{CodeOutcome, RecordedOutcome};
use otp_core::usecases::answer_once::RepeatableRequest;
use otp_core::usecases::record_outcome as usecase;
use otp_edge::resource_at;
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoParams, IntoResponses, ToSchema};
use uuid::Uuid;

use crate::authentication::authenticate_and_read_bytes;
use crate::body::JsonField;
use crate::error::{self, ApiError, ErrorCode, FieldFault, InvalidField};
use crate::idempotency::{answer_once, repeatable};
use crate::parameter::{MESSAGE_ID, PathParameter, documents};
use crate::state::ApiState;
use crate::wire::{CodeOutcomeName, IdempotencyHeader, RequestHeaders, Time};

const PATH: &str = "/v1/messages/{id}/outcome";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).post(post).finish()
}

const ID: PathParameter<MessageId> = PathParameter {
    name: "id",
    description: "The `id` in the answer of `SendMessage`.",
    value: MESSAGE_ID,
};

struct RecordOutcomePath;

impl IntoParams for RecordOutcomePath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        documents(&[&ID])
    }
}

/// The outcome of the code of a message.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RecordOutcomeRequest {
    /// `verified` if the person typed the right code, `abandoned` if the person gave up or let the code
    /// expire.
    #[serde(default)]
    #[schema(value_type = CodeOutcomeName, required = true)]
    outcome: JsonField,
    /// A key of your choice for this request, as in the header `Idempotency-Key`.
    #[serde(default, rename = "idempotencyKey")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    idempotency_key: JsonField,
}

/// The recorded outcome.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordOutcomeResponse {
    /// Id of the message.
    id: Uuid,
    /// The outcome.
    #[schema(value_type = CodeOutcomeName)]
    outcome: &'static str,
    /// Time of its first report, in UTC.
    #[schema(value_type = String, format = DateTime)]
    outcome_at: Time,
}

/// Records whether the person typed the code of a message, for codes that you make and check yourself.
/// Reports of delivery and conversion use it.
///
/// A message has one outcome. The same one again gets the same answer; another one is refused.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "RecordOutcome",
    tag = "Messages",
    security(("ApiKey" = [])),
    params(RecordOutcomePath, IdempotencyHeader, RequestHeaders),
    request_body(content = RecordOutcomeRequest, example = json!({"outcome": "verified"})),
    responses(
        (
            status = 200,
            description = "The outcome is recorded, now or before.",
            headers(
                ("X-Request-Id" = String, description = "Id of this request."),
                ("Idempotent-Replayed" = String, description = "`true` if an earlier answer is repeated."),
            ),
            body = RecordOutcomeResponse,
            example = json!({
                "id": "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2",
                "outcome": "verified",
                "outcomeAt": "2026-05-14T09:14:10.020Z",
            }),
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
    let record_outcome = state.record_outcome.clone();
    let action = async move |wanted: usecase::RecordOutcomeRequest, _| {
        let recorded = record_outcome.execute(wanted).await?;
        Ok(RecordOutcomeResponse::new(wanted.id, recorded))
    };
    answer_once(&request, &state, read, StatusCode::OK, action).await
}

async fn read(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
) -> Result<(usecase::RecordOutcomeRequest, Option<RepeatableRequest>), ApiError> {
    let (caller, body, bytes): (_, RecordOutcomeRequest, _) =
        authenticate_and_read_bytes(request, payload, state).await?;
    let repeatable = repeatable(request, caller, &bytes, body.idempotency_key)?;
    let id = ID.read(request);
    let id = id.ok_or(ApiError::Plain(ErrorCode::MessageIdMustBeUuid))?;
    let wanted = usecase::RecordOutcomeRequest {
        account_id: caller.account_id,
        id,
        outcome: outcome(body.outcome)?,
    };
    Ok((wanted, repeatable))
}

fn outcome(field: JsonField) -> Result<CodeOutcome, ApiError> {
    let invalid = |fault| InvalidField::new("outcome", fault);
    let name = field.text("outcome")?;
    let name = name.filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| invalid(FieldFault::Missing))?;
    let outcome = CodeOutcome::parse(&name);
    Ok(outcome.ok_or_else(|| invalid(FieldFault::NotOneOf(&CodeOutcome::NAMES)))?)
}

impl RecordOutcomeResponse {
    fn new(id: MessageId, recorded: RecordedOutcome) -> Self {
        Self {
            id: id.0,
            outcome: recorded.outcome.as_str(),
            outcome_at: recorded.at.into(),
        }
    }
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses_to_a_repeatable(&[
            ErrorCode::MessageIdMustBeUuid,
            ErrorCode::MessageNotFound,
            ErrorCode::OutcomeAlreadyRecorded,
        ])
    }
}
