//! `GET /v1/verifications/{id}`: returns a verification of the account.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::ids::VerificationId;
use otp_core::ports::VerificationKey;
use otp_core::usecases::show_verification::ShownVerification;
use otp_edge::resource_at;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoParams, IntoResponses};

use crate::answer;
use crate::authentication::authenticate;
use crate::error::{self, ApiError, ErrorCode};
use crate::parameter::{PathParameter, VERIFICATION_ID, documents};
use crate::state::ApiState;
use crate::wire::{RequestHeaders, VerificationResource};

const PATH: &str = "/v1/verifications/{id}";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).get(get).finish()
}

const ID: PathParameter<VerificationId> = PathParameter {
    name: "id",
    description: "The `id` of the verification.",
    value: VERIFICATION_ID,
};

/// The path of a verification.
pub(super) struct VerificationPath;

impl IntoParams for VerificationPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        documents(&[&ID])
    }
}

/// Reads the id in the path. Text that is not an id names no verification.
pub(super) fn id_of(request: &HttpRequest) -> Result<VerificationId, ApiError> {
    let id = ID.read(request);
    id.ok_or(ApiError::Plain(ErrorCode::VerificationNotFound))
}

/// Returns a verification with its messages and checks.
///
/// The verification of another account and an unknown one get the same answer.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "GetVerification",
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
                "status": "Approved",
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
                    "messageStatus": "Read",
                    "createdAt": "2026-05-14T09:13:42.812Z",
                }],
                "checks": [
                    {"at": "2026-05-14T09:14:01.330Z", "result": "CodeIncorrect"},
                    {"at": "2026-05-14T09:14:09.871Z", "result": "Approved"},
                ],
                "metadata": {"order": "A-17"},
            }),
        ),
        Refusals,
    ),
)]
pub(crate) async fn get(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let shown = show(&request, &state).await;
    answer::json(&request, shown.map(VerificationResource::from))
}

async fn show(request: &HttpRequest, state: &ApiState) -> Result<ShownVerification, ApiError> {
    let caller = authenticate(request, state).await?;
    let key = VerificationKey::Id(id_of(request)?);
    let show_verification = state.show_verification.clone();
    let shown = state
        .runner
        .run(async move { show_verification.execute(caller.account_id, key).await })
        .await?;
    Ok(shown?)
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[ErrorCode::VerificationNotFound])
    }
}
