//! `POST /v1/verifications/{id}/resend`: sends the same code again.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::usecases::answer_once::RepeatableRequest;
use otp_core::usecases::resend_verification::ResendVerificationRequest as Request;
use otp_edge::{RequestContext, resource_at};
use serde::Deserialize;
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoResponses, ToSchema};

use super::show_verification::{VerificationPath, id_of};
use crate::authentication::authenticate_and_read_bytes;
use crate::body::JsonField;
use crate::error::{self, ApiError, ErrorCode};
use crate::idempotency::{answer_once, repeatable};
use crate::state::ApiState;
use crate::wire::{ChannelChoice, RequestHeaders, TypedField, VerificationResource, channel};

const PATH: &str = "/v1/verifications/{id}/resend";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).post(post).finish()
}

/// How to send the code again. With an empty object, it is sent as before.
#[derive(Deserialize, ToSchema)]
struct ResendVerificationRequest {
    /// The channel. It has to be one that reaches the recipient, as `auto` always is.
    #[serde(default)]
    #[schema(value_type = Option<ChannelChoice>, default = "auto")]
    channel: TypedField,
    /// Makes the request safe to repeat, like the header `Idempotency-Key`.
    #[serde(default, rename = "idempotencyKey")]
    #[schema(value_type = Option<String>, max_length = 255)]
    idempotency_key: JsonField,
}

/// Sends the same code again, in a new message, and returns the verification.
///
/// The code does not change while it is valid: messages arrive in any order, and the older one must not
/// become a trap. Cooldown and price are those of any message; the end of the lifetime stays.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "ResendVerification",
    tag = "Verifications",
    security(("ApiKey" = [])),
    params(VerificationPath, RequestHeaders),
    request_body(content = ResendVerificationRequest, example = json!({})),
    responses(
        (
            status = 201,
            description = "The verification, with its new message.",
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
                "resendAfterSeconds": 60,
                "attemptsLeft": 5,
                "messages": [
                    {
                        "id": "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2",
                        "channel": "whatsapp",
                        "messageStatus": "Sent",
                        "createdAt": "2026-05-14T09:13:42.812Z",
                    },
                    {
                        "id": "0199e1f4-b7d1-7c33-8f4a-0a1b2c3d4e5f",
                        "channel": "whatsapp",
                        "messageStatus": "Sent",
                        "createdAt": "2026-05-14T09:14:15.022Z",
                    },
                ],
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
    let resend_verification = state.resend_verification.clone();
    let action = move |wanted, idempotency_key| {
        let wanted = Request {
            idempotency_key,
            ..wanted
        };
        // Boxed, because a send is a large future.
        Box::pin(async move {
            let resent = resend_verification.execute(wanted).await?;
            Ok(VerificationResource::from(resent.verification))
        })
    };
    answer_once(&request, &state, read, StatusCode::CREATED, action).await
}

async fn read(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
) -> Result<(Request, Option<RepeatableRequest>), ApiError> {
    let (caller, body, bytes): (_, ResendVerificationRequest, _) =
        authenticate_and_read_bytes(request, payload, state).await?;
    let repeatable = repeatable(request, caller, &bytes, body.idempotency_key)?;
    let id = id_of(request)?;
    let wanted = Request {
        caller,
        id,
        channel: channel(body.channel, "channel")?,
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
            ErrorCode::InvalidRequest,
            ErrorCode::VerificationNotFound,
            ErrorCode::VerificationAlreadyApproved,
            ErrorCode::VerificationExpired,
            ErrorCode::VerificationCanceled,
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
