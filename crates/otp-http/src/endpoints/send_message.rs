//! `POST /SendMessage`: sends one passcode.

use std::collections::BTreeMap;

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::usecases::send_message::{self as usecase, SentMessage};
use otp_edge::{NO_STORE, RequestContext, resource_at};
use serde::Serialize;
use tracing::Instrument;
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoResponses, ToSchema};
use uuid::Uuid;

use crate::answer::REPLAYED;
use crate::authentication::authenticate_and_read;
use crate::error::{self, ApiError, ErrorCode};
use crate::state::ApiState;
use crate::wire::{MessageStatusName, RequestHeaders, SendMessageRequest};

const PATH: &str = "/SendMessage";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).post(post).finish()
}

/// The message that was sent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendMessageResponse {
    /// Id of the message. Keep it to ask for its status later.
    id: Uuid,
    /// `Sent` if WhatsApp accepted it, `Pending` while that is not known; in a repeated answer, the
    /// status of the first one.
    #[schema(value_type = MessageStatusName)]
    message_status: &'static str,
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses_to_a_body(&[
            ErrorCode::OTPCodeIsRequired,
            ErrorCode::OTPCodeLengthMustBeLessThanOrEqualTo8,
            ErrorCode::OTPCodeMustContainOnlyLettersOrDigits,
            ErrorCode::DestinationPhoneNumberIsRequired,
            ErrorCode::PhoneNumberCanNotBeEmpty,
            ErrorCode::InvalidphoneNumber,
            ErrorCode::IdempotencyKeyMustBeUuid,
            ErrorCode::AccountRestricted,
            ErrorCode::AccountClosed,
            ErrorCode::SenderNumberNotFound,
            ErrorCode::TemplateNotFound,
            ErrorCode::RecipientOptedOut,
            ErrorCode::CoolingDown,
            ErrorCode::InsufficientBalance,
            ErrorCode::RefusedByProvider,
        ])
    }
}

/// Sends a passcode over WhatsApp.
///
/// The service checks in this order: limit per IP address, API key, body, `otpCode`, `toPhoneE164`,
/// `idempotencyKey`; then a repeated `idempotencyKey` gets its first answer; then whether the
/// account may send, sender and template, opt-out, cooldown, credits.
///
/// The cooldown of a recipient starts at 30 seconds and doubles with every message to the same number,
/// up to 6 hours; 6 hours without a message reset it. Failed messages neither count nor cost.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "SendMessage",
    tag = "Messages",
    security(("ApiKey" = [])),
    params(RequestHeaders),
    request_body(
        content = SendMessageRequest,
        example = json!({
            "otpCode": "123456",
            "toPhoneE164": "+966551234567",
            "languageCode": "en",
        }),
    ),
    responses(
        (
            status = 200,
            description = "The message was accepted, or an earlier answer is repeated.",
            headers(
                ("X-Request-Id" = String, description = "Id of this request."),
                ("Idempotent-Replayed" = String, description = "`true` if an earlier answer is repeated."),
            ),
            body = SendMessageResponse,
            example = json!({
                "id": "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2",
                "messageStatus": "Sent",
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
    let context = RequestContext::of(&request);
    match send(&request, payload, &state, &context).await {
        Ok(sent) => answer(sent),
        Err(error) => error.answer(&context),
    }
}

async fn send(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
    context: &RequestContext,
) -> Result<SentMessage, ApiError> {
    let (caller, body): (_, SendMessageRequest) =
        authenticate_and_read(request, payload, state).await?;
    // In the order in which the contract checks the fields.
    let fields = body.fields()?;
    let wanted = usecase::SendMessageRequest {
        caller,
        passcode: fields.passcode?,
        to: fields.to?,
        idempotency_key: fields.idempotency_key?,
        notice_language: context.preferred_language,
        language: fields.language,
    };
    let send_message = state.send_message.clone();
    let span = tracing::debug_span!("usecase.send_message");
    let sent = state
        .runner
        .run(async move { send_message.execute(wanted).await }.instrument(span))
        .await?;
    Ok(sent?)
}

fn answer(sent: SentMessage) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header(NO_STORE);
    if sent.replayed {
        answer.insert_header((REPLAYED, "true"));
    }
    answer.json(SendMessageResponse {
        id: sent.id.0,
        message_status: sent.status.as_str(),
    })
}
