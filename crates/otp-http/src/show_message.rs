//! `GET /v1/messages/{id}`: one message of the caller, with its timeline.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use otp_core::ids::{MessageId, parse_uuid};
use otp_core::usecases::show_message::ShownMessage;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use crate::authentication::authenticate;
use crate::context::RequestContext;
use crate::error::{self, ApiError, ErrorCode, NO_STORE};
use crate::message_resource::MessageWithTimeline;
use crate::openapi::RequestHeaders;
use crate::state::ApiState;

/// Its path.
pub(crate) const PATH: &str = "/v1/messages/{id}";

/// Shows a message and everything that became of it: who said so, when by WhatsApp's clock, when here.
///
/// Another account's message is told apart from an unknown one by nothing.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "GetMessage",
    tag = "Messages",
    security(("ApiKey" = [])),
    params(
        ("id" = Uuid, Path, description = "The id `SendMessage` answered with."),
        RequestHeaders,
    ),
    responses(
        (
            status = 200,
            description = "The message.",
            headers(("X-Request-Id" = String, description = "Names this request.")),
            body = MessageWithTimeline,
            example = json!({
                "id": "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2",
                "messageStatus": "Delivered",
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
    match show(&request, &state).await {
        Ok(shown) => HttpResponse::Ok()
            .insert_header(NO_STORE)
            .json(MessageWithTimeline::from(shown)),
        Err(error) => error.answer(&RequestContext::of(&request)),
    }
}

async fn show(request: &HttpRequest, state: &ApiState) -> Result<ShownMessage, ApiError> {
    let caller = authenticate(request, state).await?;
    let id = request.match_info().get("id").unwrap_or_default();
    let id = parse_uuid(id).map_err(|_| ApiError::Plain(ErrorCode::MessageIdMustBeUuid))?;
    let show_message = state.show_message.clone();
    let shown = state
        .run(async move { show_message.execute(caller, MessageId(id)).await })
        .await?;
    Ok(shown?)
}

/// The codes this endpoint may answer, beside those that every endpoint may.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[ErrorCode::MessageIdMustBeUuid, ErrorCode::MessageNotFound])
    }
}
