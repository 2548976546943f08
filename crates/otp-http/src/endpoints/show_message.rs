//! `GET /v1/messages/{id}`: returns a message of the account with its timeline.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::ids::MessageId;
use otp_core::usecases::show_message::{ShowMessageRequest, ShownMessage};
use otp_edge::resource_at;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoParams, IntoResponses};

use crate::answer;
use crate::authentication::authenticate;
use crate::error::{self, ApiError, ErrorCode};
use crate::parameter::{MESSAGE_ID, PathParameter, documents};
use crate::state::ApiState;
use crate::wire::{MessageWithTimeline, RequestHeaders};

const PATH: &str = "/v1/messages/{id}";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).get(get).finish()
}

const ID: PathParameter<MessageId> = PathParameter {
    name: "id",
    description: "The `id` in the answer of `SendMessage`.",
    value: MESSAGE_ID,
};

struct ShowMessagePath;

impl IntoParams for ShowMessagePath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        documents(&[&ID])
    }
}

/// Returns a message with its timeline: for each event its source, its time by WhatsApp's clock and the
/// time at which the gateway recorded it.
///
/// The message of another account and an unknown message get the same answer.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "GetMessage",
    tag = "Messages",
    security(("ApiKey" = [])),
    params(ShowMessagePath, RequestHeaders),
    responses(
        (
            status = 200,
            description = "The message.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = MessageWithTimeline,
            example = json!({
                "id": "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2",
                "messageStatus": "Delivered",
                "channel": "whatsapp",
                "to": "+966551234567",
                "toPhoneE164": "+966551234567",
                "region": "SA",
                "languageCode": "en_US",
                "template": "otp_code",
                "phoneNumberId": "106540352242922",
                "price": 1,
                "createdAt": "2026-05-14T09:13:42.812Z",
                "failureCode": null,
                "failureTitle": null,
                "failureReason": null,
                "failedAt": null,
                "outcome": "verified",
                "outcomeAt": "2026-05-14T09:14:10.020Z",
                "timeline": [
                    {
                        "status": "Pending",
                        "source": "ApiRequest",
                        "changedStatus": true,
                        "providerTime": null,
                        "recordedAt": "2026-05-14T09:13:42.812Z",
                        "latencyMs": null,
                        "failureCode": null,
                        "failureTitle": null,
                        "failureReason": null,
                    },
                    {
                        "status": "Sent",
                        "source": "ProviderCall",
                        "changedStatus": true,
                        "providerTime": null,
                        "recordedAt": "2026-05-14T09:13:43.107Z",
                        "latencyMs": null,
                        "failureCode": null,
                        "failureTitle": null,
                        "failureReason": null,
                    },
                    {
                        "status": "Delivered",
                        "source": "ProviderReceipt",
                        "changedStatus": true,
                        "providerTime": "2026-05-14T09:13:45.000Z",
                        "recordedAt": "2026-05-14T09:13:45.380Z",
                        "latencyMs": 380,
                        "failureCode": null,
                        "failureTitle": null,
                        "failureReason": null,
                    },
                ],
            }),
        ),
        Refusals,
    ),
)]
pub(crate) async fn get(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let shown = show(&request, &state).await;
    answer::json(&request, shown.map(MessageWithTimeline::from))
}

async fn show(request: &HttpRequest, state: &ApiState) -> Result<ShownMessage, ApiError> {
    let caller = authenticate(request, state).await?;
    let id = ID.read(request);
    let id = id.ok_or(ApiError::Plain(ErrorCode::MessageIdMustBeUuid))?;
    let show_message = state.show_message.clone();
    let shown = state
        .runner
        .run(async move {
            show_message
                .execute(ShowMessageRequest {
                    account_id: caller.account_id,
                    id,
                })
                .await
        })
        .await?;
    Ok(shown?)
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[ErrorCode::MessageIdMustBeUuid, ErrorCode::MessageNotFound])
    }
}
