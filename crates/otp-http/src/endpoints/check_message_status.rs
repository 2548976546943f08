//! `POST /CheckMessageStatus`: returns the status of a message of the account.

use std::collections::BTreeMap;

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::ids::{MessageId, parse_uuid};
use otp_core::recipient::Recipient;
use otp_core::usecases::check_message_status::{self as use_case, MessageReport};
use otp_edge::resource_at;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoResponses, ToSchema};
use uuid::Uuid;

use crate::answer;
use crate::authentication::authenticate_and_read;
use crate::body::JsonField;
use crate::error::{self, ApiError, ErrorCode};
use crate::state::ApiState;
use crate::wire::{FailureFields, MessageStatusName, RequestHeaders, Time};

const PATH: &str = "/CheckMessageStatus";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).post(post).finish()
}

/// The message to check.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckMessageStatusRequest {
    /// The `id` in the answer of `SendMessage`.
    #[serde(default)]
    #[schema(value_type = Uuid, required = true)]
    id: JsonField,
}

/// Status of a message. Every field is always present.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckMessageStatusResponse {
    /// Id of the message.
    id: Uuid,
    /// Its current status.
    #[schema(value_type = MessageStatusName)]
    message_status: &'static str,
    /// The recipient in E.164; null once the recipient's data is erased, and for a mail.
    #[schema(required = true)]
    to_phone_e164: Option<String>,
    /// Time of creation, in UTC.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// WhatsApp's error code, if it failed and WhatsApp gave one.
    #[schema(required = true)]
    failure_code: Option<i32>,
    /// The kind of error, if it failed.
    #[schema(required = true)]
    failure_title: Option<String>,
    /// Description of the error, in WhatsApp's words, if it failed.
    #[schema(required = true)]
    failure_reason: Option<String>,
    /// Time at which the failure was recorded, in UTC.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    failed_at: Option<Time>,
}

/// Returns the status of a message, and the reason if it failed.
///
/// The message of another account and an unknown message get the same answer.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "CheckMessageStatus",
    tag = "Messages",
    security(("ApiKey" = [])),
    params(RequestHeaders),
    request_body(
        content = CheckMessageStatusRequest,
        example = json!({"id": "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2"}),
    ),
    responses(
        (
            status = 200,
            description = "The message.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = CheckMessageStatusResponse,
            example = json!({
                "id": "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2",
                "messageStatus": "Delivered",
                "toPhoneE164": "+966551234567",
                "createdAt": "2026-05-14T09:13:42.812Z",
                "failureCode": null,
                "failureTitle": null,
                "failureReason": null,
                "failedAt": null,
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
    let report = check(&request, payload, &state).await;
    answer::json(&request, report.map(CheckMessageStatusResponse::from))
}

async fn check(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
) -> Result<MessageReport, ApiError> {
    let (caller, body): (_, CheckMessageStatusRequest) =
        authenticate_and_read(request, payload, state).await?;
    let id = message_id(&body.id)?;
    let check = state.check_message_status.clone();
    let report = state
        .runner
        .run(async move {
            check
                .execute(use_case::CheckMessageStatusRequest { caller, id })
                .await
        })
        .await?;
    Ok(report?)
}

fn message_id(field: &JsonField) -> Result<MessageId, ApiError> {
    let parsed = match field {
        JsonField::Absent => return Err(ApiError::Plain(ErrorCode::MessageIdIsRequired)),
        JsonField::Text(text) => parse_uuid(text).ok(),
        JsonField::Other => None,
    };
    parsed
        .map(MessageId)
        .ok_or(ApiError::Plain(ErrorCode::MessageIdMustBeUuid))
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses_to_a_body(&[
            ErrorCode::MessageIdIsRequired,
            ErrorCode::MessageIdMustBeUuid,
            ErrorCode::MessageNotFound,
        ])
    }
}

impl From<MessageReport> for CheckMessageStatusResponse {
    fn from(report: MessageReport) -> Self {
        let failure = FailureFields::from(report.failure);
        Self {
            id: report.id.0,
            message_status: report.status.as_str(),
            to_phone_e164: report
                .to
                .and_then(Recipient::phone)
                .map(|to| to.e164().to_owned()),
            created_at: report.created_at.into(),
            failure_code: failure.failure_code,
            failure_title: failure.failure_title,
            failure_reason: failure.failure_reason,
            failed_at: report.failed_at.map(Time::from),
        }
    }
}
