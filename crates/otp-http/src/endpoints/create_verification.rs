//! `POST /v1/verifications`: makes a code and sends it.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::usecases::answer_once::RepeatableRequest;
use otp_core::usecases::create_verification::CreateVerificationRequest as Request;
use otp_edge::{RequestContext, resource_at};
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use super::list_verifications;
use crate::authentication::authenticate_and_read_bytes;
use crate::error::{self, ApiError, ErrorCode};
use crate::idempotency::{answer_once, repeatable};
use crate::state::ApiState;
use crate::wire::{CreateVerificationRequest, RequestHeaders, VerificationResource};

const PATH: &str = "/v1/verifications";

/// The resource of new verifications and of their list.
pub(crate) fn resource() -> Resource {
    resource_at(PATH)
        .post(post)
        .get(list_verifications::get)
        .finish()
}

/// Makes a code, sends it, and returns the verification.
///
/// The pending verification of the same recipient, if there is one, is canceled: its code is refused from
/// now on, and its wrong guesses count for the new code. Key, limits, credits, cooldown and opt-out are
/// those of `SendMessage`. If WhatsApp refuses the message, the answer is that refusal, unless the request names a
/// fallback: then its first step is taken at once.
///
/// A mail is queued, so its message is `Pending` in the answer. It becomes `Sent` when the mail server has
/// taken the mail, or `Failed`.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "CreateVerification",
    tag = "Verifications",
    security(("ApiKey" = [])),
    params(RequestHeaders),
    request_body(
        content = CreateVerificationRequest,
        example = json!({"to": "+966551234567", "languageCode": "ar", "metadata": {"order": "A-17"}}),
    ),
    responses(
        (
            status = 201,
            description = "The verification. Its code is on the way.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = VerificationResource,
            example = json!({
                "id": "0199e1f4-3a5c-7d20-9c0e-6f1b2c3d4e5f",
                "status": "Pending",
                "to": "+966551234567",
                "channel": "whatsapp",
                "channelsTried": ["whatsapp"],
                "codeLength": 6,
                "createdAt": "2026-05-14T09:13:42.812Z",
                "expiresAt": "2026-05-14T09:18:42.812Z",
                "resendAfterSeconds": 30,
                "attemptsLeft": 5,
                "messages": [{
                    "id": "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2",
                    "channel": "whatsapp",
                    "messageStatus": "Sent",
                    "createdAt": "2026-05-14T09:13:42.812Z",
                }],
                "checks": [],
                "metadata": {"order": "A-17"},
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
    let create_verification = state.create_verification.clone();
    let action = move |wanted, idempotency_key| {
        let wanted = Request {
            idempotency_key,
            ..wanted
        };
        // Boxed, because a send is a large future.
        Box::pin(async move {
            let created = create_verification.execute(wanted).await?;
            Ok(VerificationResource::from(created.verification))
        })
    };
    answer_once(&request, &state, read, StatusCode::CREATED, action).await
}

async fn read(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
) -> Result<(Request, Option<RepeatableRequest>), ApiError> {
    let (caller, body, bytes): (_, CreateVerificationRequest, _) =
        authenticate_and_read_bytes(request, payload, state).await?;
    let (fields, key) = body.fields(&state.verification_policy)?;
    let repeatable = repeatable(request, caller, &bytes, key)?;
    let wanted = Request {
        caller,
        to: fields.to,
        fallback: fields.fallback,
        code: fields.code,
        lifetime: fields.lifetime,
        language: fields.language,
        transaction: fields.transaction,
        metadata: fields.metadata,
        context: fields.context,
        notice_language: RequestContext::of(request).preferred_language,
        // Derived from the request by whoever answers it once.
        idempotency_key: None,
    };
    Ok((wanted, repeatable))
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses_to_a_repeatable(&[
            ErrorCode::DestinationPhoneNumberIsRequired,
            ErrorCode::PhoneNumberCanNotBeEmpty,
            ErrorCode::InvalidphoneNumber,
            ErrorCode::InvalidEmailAddress,
            ErrorCode::InvalidRequest,
            ErrorCode::AccountRestricted,
            ErrorCode::AccountClosed,
            ErrorCode::SenderNumberNotFound,
            ErrorCode::EmailSenderNotFound,
            ErrorCode::TemplateNotFound,
            ErrorCode::RecipientOptedOut,
            ErrorCode::TooManyAttempts,
            ErrorCode::CoolingDown,
            ErrorCode::InsufficientBalance,
            ErrorCode::RefusedByProvider,
        ])
    }
}
