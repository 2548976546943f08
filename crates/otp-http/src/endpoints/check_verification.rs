//! `POST /v1/verifications/{id}/check`: compares what a person entered with the code.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::usecases::answer_once::RepeatableRequest;
use otp_core::usecases::check_verification::CheckVerificationRequest as Request;
use otp_core::verification::{Guess, VerificationStatus};
use otp_edge::resource_at;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoResponses, ToSchema};

use super::show_verification::{VerificationPath, id_of};
use crate::authentication::authenticate_and_read_bytes;
use crate::body::JsonField;
use crate::error::{self, ApiError, ErrorCode};
use crate::even_time::refuse_in_steps;
use crate::idempotency::{answer_once, repeatable};
use crate::state::ApiState;
use crate::wire::{ChannelName, RequestHeaders, TransactionBody, TypedField, transaction};

const PATH: &str = "/v1/verifications/{id}/check";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).post(post).finish()
}

/// The code that a person entered.
#[derive(Deserialize, ToSchema)]
struct CheckVerificationRequest {
    /// The code as it was typed: Arabic and Persian digits are read, spaces and hyphens are left out.
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    code: TypedField,
    /// The transaction of the verification, if it has one.
    #[serde(default)]
    #[schema(value_type = Option<TransactionBody>)]
    transaction: TypedField,
    /// Makes the request safe to repeat, like the header `Idempotency-Key`.
    #[serde(default, rename = "idempotencyKey")]
    #[schema(value_type = Option<String>, max_length = 255)]
    idempotency_key: JsonField,
}

/// A right code.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckVerificationResponse {
    /// `Approved`.
    status: &'static str,
    /// The channel that is proved: that of the messages, or `email` once the code was sent by e-mail.
    #[schema(value_type = ChannelName)]
    channel: &'static str,
    /// A signed statement of this success (JWT, EdDSA). Other services check it offline with the keys at
    /// `/.well-known/jwks.json`.
    proof: String,
}

/// Checks a code. The right one approves the verification, once.
///
/// A wrong one costs one of five guesses, and one of ten in 24 hours for this recipient; new codes and
/// other API keys do not give more. Send an `Idempotency-Key`, so that a lost answer can be repeated: the
/// same right code with the same key is answered like the first time until the code expires.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "CheckVerification",
    tag = "Verifications",
    security(("ApiKey" = [])),
    params(VerificationPath, RequestHeaders),
    request_body(content = CheckVerificationRequest, example = json!({"code": "482913"})),
    responses(
        (
            status = 200,
            description = "The code is right.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = CheckVerificationResponse,
            example = json!({
                "status": "Approved",
                "channel": "whatsapp",
                "proof": "eyJhbGciOiJFZERTQSIsImtpZCI6IjAxOTllMWY0IiwidHlwIjoiSldUIn0.eyJqdGkiOiIwMTk5ZTFmNCJ9.c2lnbmF0dXJl",
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
    refuse_in_steps(check(&request, payload, &state)).await
}

async fn check(request: &HttpRequest, payload: Payload, state: &ApiState) -> HttpResponse {
    let read = read(request, payload, state).await;
    let check_verification = state.check_verification.clone();
    let action = async move |wanted, _| {
        let approved = check_verification.execute(wanted).await?;
        Ok(CheckVerificationResponse {
            status: VerificationStatus::Approved.as_str(),
            channel: approved.channel.as_str(),
            proof: approved.proof.expose().to_owned(),
        })
    };
    answer_once(request, state, read, StatusCode::OK, action).await
}

async fn read(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
) -> Result<(Request, Option<RepeatableRequest>), ApiError> {
    let (caller, body, bytes): (_, CheckVerificationRequest, _) =
        authenticate_and_read_bytes(request, payload, state).await?;
    let repeatable = repeatable(request, caller, &bytes, body.idempotency_key)?;
    let id = id_of(request)?;
    let typed = body.code.text("code")?.unwrap_or_default();
    let guess = Guess::parse(&typed).ok_or(ApiError::Plain(ErrorCode::CodeIsRequired))?;
    let wanted = Request {
        caller,
        id,
        guess,
        transaction: transaction(body.transaction)?,
        idempotency_key: repeatable.map(|repeatable| repeatable.key),
    };
    Ok((wanted, repeatable))
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses_to_a_repeatable(&[
            ErrorCode::CodeIsRequired,
            ErrorCode::InvalidRequest,
            ErrorCode::CodeIncorrect,
            ErrorCode::TransactionMismatch,
            ErrorCode::VerificationNotFound,
            ErrorCode::VerificationAlreadyApproved,
            ErrorCode::VerificationExpired,
            ErrorCode::VerificationCanceled,
            ErrorCode::TooManyAttempts,
        ])
    }
}
