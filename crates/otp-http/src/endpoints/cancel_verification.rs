//! `POST /v1/verifications/{id}/cancel`: refuses the code from now on.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::usecases::show_verification::ShownVerification;
use otp_edge::resource_at;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use super::show_verification::{VerificationPath, id_of};
use crate::answer;
use crate::authentication::authenticate;
use crate::error::{self, ApiError, ErrorCode};
use crate::state::ApiState;
use crate::wire::{RequestHeaders, VerificationResource};

const PATH: &str = "/v1/verifications/{id}/cancel";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).post(post).finish()
}

/// Cancels a pending verification. Its code is refused from now on. The request has no body.
///
/// A verification that is over answers as a check of it would.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "CancelVerification",
    tag = "Verifications",
    security(("ApiKey" = [])),
    params(VerificationPath, RequestHeaders),
    responses(
        (
            status = 200,
            description = "The verification.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = VerificationResource,
            example = json!({
                "id": "0199e1f4-3a5c-7d20-9c0e-6f1b2c3d4e5f",
                "status": "Canceled",
                "to": "+966551234567",
                "channel": "whatsapp",
                "channelsTried": ["whatsapp"],
                "codeLength": 6,
                "createdAt": "2026-05-14T09:13:42.812Z",
                "expiresAt": "2026-05-14T09:18:42.812Z",
                "resendAfterSeconds": 0,
                "attemptsLeft": 0,
                "messages": [{
                    "id": "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2",
                    "channel": "whatsapp",
                    "messageStatus": "Delivered",
                    "createdAt": "2026-05-14T09:13:42.812Z",
                }],
                "checks": [],
                "metadata": {},
            }),
        ),
        Refusals,
    ),
)]
pub(crate) async fn post(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let canceled = cancel(&request, &state).await;
    answer::json(&request, canceled.map(VerificationResource::from))
}

async fn cancel(request: &HttpRequest, state: &ApiState) -> Result<ShownVerification, ApiError> {
    let caller = authenticate(request, state).await?;
    let id = id_of(request)?;
    let cancel_verification = state.cancel_verification.clone();
    let canceled = state
        .runner
        .run(async move { cancel_verification.execute(caller.account_id, id).await })
        .await?;
    Ok(canceled?)
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[
            ErrorCode::VerificationNotFound,
            ErrorCode::VerificationAlreadyApproved,
            ErrorCode::VerificationExpired,
            ErrorCode::VerificationCanceled,
            ErrorCode::TooManyAttempts,
        ])
    }
}
