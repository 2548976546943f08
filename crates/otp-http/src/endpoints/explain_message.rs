//! `POST /v1/messages/explain`: explains what `/SendMessage` would answer; sends nothing.

use std::collections::BTreeMap;

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::cooldown::whole_seconds;
use otp_core::usecases::explain_send::{ExplainSendRequest, ExplainedSend, Foreseen};
use otp_edge::{RequestContext, resource_at};
use serde::Serialize;
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoResponses, ToSchema};
use uuid::Uuid;

use crate::answer;
use crate::authentication::authenticate_and_read;
use crate::error::{self, ApiError};
use crate::state::ApiState;
use crate::wire::{ExplainedError, MessageStatusName, RequestHeaders, SendMessageRequest};

const PATH: &str = "/v1/messages/explain";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).post(post).finish()
}

/// The body of `SendMessage`. The passcode may be left out; it is not stored.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "documents a body that is read like the one of `SendMessage`"
)]
struct ExplainMessageRequest {
    /// Checked if it is present.
    #[schema(min_length = 1, max_length = 8, pattern = "^[A-Za-z0-9]+$")]
    otp_code: Option<String>,
    /// The recipient in E.164.
    #[schema(rename = "toPhoneE164", pattern = r"^\+[0-9]+$")]
    to_phone_e164: String,
    /// The language of the message.
    language_code: Option<String>,
    /// Selects an earlier answer that would be repeated.
    idempotency_key: Option<Uuid>,
}

/// The answer that `SendMessage` would give, and the facts it depends on. Facts are present even if an
/// earlier rule refuses; they are null if there is no valid number.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExplainMessageResponse {
    /// Whether WhatsApp would be called. Its answer is not predicted.
    would_send: bool,
    /// The error that would be answered, if any.
    #[schema(required = true)]
    error: Option<ExplainedError>,
    /// The earlier message whose answer would be repeated, if any.
    #[schema(required = true)]
    replay_of: Option<EarlierAnswer>,
    /// The normalised number.
    #[schema(required = true)]
    #[serde(rename = "toPhoneE164")]
    to_phone_e164: Option<String>,
    /// Its country (ISO 3166-1 alpha-2), or `001` for a number without a country.
    #[schema(required = true)]
    region: Option<String>,
    /// The language of the message; null without a template.
    #[schema(required = true)]
    language_code: Option<String>,
    /// The template that would be used.
    #[schema(required = true)]
    template: Option<String>,
    /// WhatsApp's id of the number that would send it.
    #[schema(required = true)]
    phone_number_id: Option<String>,
    /// Whether that number is stopped by WhatsApp or by an operator. If it is, the message would fail.
    #[schema(required = true)]
    sender_stopped: Option<bool>,
    /// Price in credits.
    #[schema(required = true)]
    price: Option<i64>,
    /// Remaining credits of all subscriptions of the account. A price is never split between two.
    #[schema(required = true)]
    balance: Option<i64>,
    /// Cooldown of the recipient.
    #[schema(required = true)]
    cooldown: Option<Cooldown>,
    /// Whether the recipient has opted out.
    #[schema(required = true)]
    opted_out: Option<bool>,
}

/// Cooldown of a recipient.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cooldown {
    /// Seconds to wait; 0 if there is no cooldown.
    wait_seconds: u64,
}

/// The answer to the first request with an idempotency key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EarlierAnswer {
    /// Id of the message.
    id: Uuid,
    /// The answered status; the current one while the answer is not known.
    #[schema(value_type = MessageStatusName)]
    message_status: &'static str,
}

/// Explains what `/SendMessage` would answer to this body, without sending, storing or charging
/// anything. The limit, the key and the syntax of the body are checked as there; everything after that
/// is explained.
#[utoipa::path(
    post,
    path = PATH,
    operation_id = "ExplainMessage",
    tag = "Messages",
    security(("ApiKey" = [])),
    params(RequestHeaders),
    request_body(
        content = ExplainMessageRequest,
        example = json!({"toPhoneE164": "+966551234567", "languageCode": "en"}),
    ),
    responses(
        (
            status = 200,
            description = "The explanation.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = ExplainMessageResponse,
            example = json!({
                "wouldSend": false,
                "error": {
                    "status": 400,
                    "errorMessage": "You can't send another message to the same number yet. Please wait 00:00:21 and try again.",
                    "description": "This number was sent a message a moment ago. The wait grows with every message sent to the same number.",
                },
                "replayOf": null,
                "toPhoneE164": "+966551234567",
                "region": "SA",
                "languageCode": "en_US",
                "template": "otp_code",
                "phoneNumberId": "106540352242922",
                "senderStopped": false,
                "price": 1,
                "balance": 97,
                "cooldown": {"waitSeconds": 21},
                "optedOut": false,
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
    let explanation = explain(&request, payload, &state, &context).await;
    answer::json(&request, explanation)
}

async fn explain(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
    context: &RequestContext,
) -> Result<ExplainMessageResponse, ApiError> {
    let (caller, body): (_, SendMessageRequest) =
        authenticate_and_read(request, payload, state).await?;
    let fields = body.fields()?;
    let (_, passcode) = split(fields.passcode);
    // A passcode may be left out here.
    let passcode = passcode.filter(|_| fields.has_passcode);
    let (to, number) = split(fields.to);
    let (key, uuid) = split(fields.idempotency_key);
    // In the order in which they are checked.
    let error = passcode.or(number).or(uuid);
    let error = error.map(|error| error.explained(context));
    let Some(to) = to else {
        return Ok(ExplainMessageResponse {
            error,
            ..ExplainMessageResponse::default()
        });
    };
    let wanted = ExplainSendRequest {
        caller,
        to,
        language: fields.language,
        idempotency_key: key.flatten(),
    };
    let explain_send = state.explain_send.clone();
    let explained = state
        .runner
        .run(async move { explain_send.execute(wanted).await })
        .await?;
    Ok(response(explained?, error, context))
}

fn split<T>(field: Result<T, impl Into<ApiError>>) -> (Option<T>, Option<ApiError>) {
    match field {
        Ok(value) => (Some(value), None),
        Err(error) => (None, Some(error.into())),
    }
}

/// Combines the explanation with the error of a field, which comes first.
fn response(
    explained: ExplainedSend,
    field_error: Option<ExplainedError>,
    context: &RequestContext,
) -> ExplainMessageResponse {
    let mut response = ExplainMessageResponse {
        to_phone_e164: Some(explained.to.e164().to_owned()),
        region: Some(explained.region.to_string()),
        price: Some(explained.price.get()),
        balance: Some(explained.balance.get()),
        cooldown: Some(Cooldown {
            wait_seconds: whole_seconds(explained.wait),
        }),
        opted_out: Some(explained.opted_out),
        ..ExplainMessageResponse::default()
    };
    if let Some(route) = explained.route {
        response.language_code = Some(route.language.to_string());
        response.template = Some(route.template.as_str().to_owned());
        response.phone_number_id = Some(route.phone_number_id.as_str().to_owned());
        response.sender_stopped = Some(route.is_stopped);
    }
    match (field_error, explained.foreseen) {
        (Some(error), _) => response.error = Some(error),
        (None, Foreseen::WouldSend) => response.would_send = true,
        (None, Foreseen::WouldReplay(first)) => {
            response.replay_of = Some(EarlierAnswer {
                id: first.message_id.0,
                message_status: first.status.as_str(),
            });
        }
        (None, Foreseen::WouldRefuse(error)) => {
            response.error = Some(ApiError::from(error).explained(context));
        }
    }
    response
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses_to_a_body(&[])
    }
}
