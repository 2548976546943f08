//! `POST /SendMessage`: sends one passcode.

use std::collections::BTreeMap;

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use otp_core::idempotency::IdempotencyKey;
use otp_core::language::LanguageTag;
use otp_core::passcode::Passcode;
use otp_core::recipient::PhoneNumber;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::send_message::{self as usecase, SentMessage};
use serde::{Deserialize, Serialize};
use tracing::Instrument;
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoResponses, ToSchema};
use uuid::Uuid;

use crate::authentication::authenticate;
use crate::body::{self, JsonField};
use crate::context::RequestContext;
use crate::error::{self, ApiError, ErrorCode, NO_STORE};
use crate::openapi::RequestHeaders;
use crate::state::ApiState;
use crate::text::Language;

/// Its path.
pub(crate) const PATH: &str = "/SendMessage";

/// Says that an earlier answer is repeated.
const REPLAYED: &str = "Idempotent-Replayed";

/// What to send.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendMessageRequest {
    /// The passcode: 1 to 8 letters (A-Z, a-z) or digits. It is delivered, never stored.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 8, pattern = "^[A-Za-z0-9]+$")]
    otp_code: JsonField,
    /// The recipient in E.164: a plus sign and digits. The number must be valid in its region, not
    /// merely well-formed.
    #[serde(default)]
    #[schema(value_type = String, required = true, pattern = r"^\+[0-9]+$")]
    to_phone_e164: JsonField,
    /// The language of the message (BCP 47: `en`, `ar`, `en_US`, `ar-SA`). Where it is left out, or
    /// no such template exists, the account's default language is used.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language_code: JsonField,
    /// Makes retries safe: the same key under the same API key never sends twice, it repeats the
    /// first answer. A key is bound to its message for ever.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    idempotency_key: JsonField,
}

/// The message that was sent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendMessageResponse {
    /// The message. Keep it to ask for its status later.
    id: Uuid,
    /// `Sent` when WhatsApp accepted it, `Pending` while that is not known; in a repeated answer
    /// whatever the first one said.
    #[schema(value_type = MessageStatusName)]
    message_status: &'static str,
}

/// The codes this endpoint may answer, beside those that every endpoint may.
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
            ErrorCode::SenderNumberNotFound,
            ErrorCode::TemplateNotFound,
            ErrorCode::RecipientOptedOut,
            ErrorCode::CoolingDown,
            ErrorCode::InsufficientBalance,
            ErrorCode::RefusedByProvider,
        ])
    }
}

/// Where a message stands.
#[derive(ToSchema)]
#[schema(as = MessageStatus)]
#[expect(dead_code, reason = "documents the statuses; the core spells them")]
pub(crate) enum MessageStatusName {
    Pending,
    Sent,
    Delivered,
    Read,
    Failed,
    Deleted,
}

/// Sends a passcode over WhatsApp.
///
/// Requests are judged in this order: limit per IP address, API key, body, `otpCode`, `toPhoneE164`,
/// `idempotencyKey`; then a repeated `idempotencyKey` gets its first answer; then sender and template,
/// opt-out, wait per recipient, credits.
///
/// The wait per recipient starts at 30 seconds and doubles with every message to the same number, up
/// to 6 hours; 6 hours without a message end it. Failed messages neither count nor cost.
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
            "idempotencyKey": "a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f60",
        }),
    ),
    responses(
        (
            status = 200,
            description = "The message was accepted, or an earlier answer is repeated.",
            headers(
                ("X-Request-Id" = String, description = "Names this request."),
                ("Idempotent-Replayed" = String, description = "`true` where an earlier answer is repeated."),
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
    match send(&request, payload, &state).await {
        Ok(sent) => answer(sent),
        Err(error) => error.answer(&RequestContext::of(&request)),
    }
}

async fn send(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
) -> Result<SentMessage, ApiError> {
    let caller = authenticate(request, state).await?;
    let body: SendMessageRequest = body::read(request, payload).await?;
    let notice_language = Language::named(request.headers()).map(UiLanguage::from);
    let wanted = usecase::SendMessageRequest {
        notice_language,
        ..body.parse(caller)?
    };
    let send_message = state.send_message.clone();
    let span = tracing::debug_span!("usecase.send_message");
    let sent = state
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

impl SendMessageRequest {
    /// Judges the fields in the contract's order; a value of the wrong type makes the body malformed,
    /// which comes before any field.
    fn parse(self, caller: Caller) -> Result<usecase::SendMessageRequest, ApiError> {
        let fields = self.fields()?;
        Ok(usecase::SendMessageRequest {
            caller,
            passcode: fields.passcode?,
            to: fields.to?,
            idempotency_key: fields.idempotency_key?,
            notice_language: None,
            language: fields.language,
        })
    }

    /// Each field by itself.
    pub(crate) fn fields(self) -> Result<SendMessageFields, ApiError> {
        let passcode = self.otp_code.text("otpCode")?;
        let to = self.to_phone_e164.text("toPhoneE164")?;
        let language = self.language_code.text("languageCode")?;
        Ok(SendMessageFields {
            has_passcode: passcode.is_some(),
            passcode: Passcode::parse(passcode.as_deref()).map_err(ApiError::from),
            to: recipient(to.as_deref()),
            idempotency_key: idempotency_key(&self.idempotency_key),
            // An implausible tag selects nothing, so the account's default language is used.
            language: language.and_then(|tag| LanguageTag::parse(&tag).ok()),
        })
    }
}

/// The fields of a request, each with its own verdict, in the order in which they are judged.
pub(crate) struct SendMessageFields {
    pub(crate) has_passcode: bool,
    pub(crate) passcode: Result<Passcode, ApiError>,
    pub(crate) to: Result<PhoneNumber, ApiError>,
    pub(crate) idempotency_key: Result<Option<IdempotencyKey>, ApiError>,
    pub(crate) language: Option<LanguageTag>,
}

fn recipient(text: Option<&str>) -> Result<PhoneNumber, ApiError> {
    let text = text.ok_or(ApiError::Plain(ErrorCode::DestinationPhoneNumberIsRequired))?;
    if text.trim().is_empty() {
        return Err(ApiError::Plain(ErrorCode::PhoneNumberCanNotBeEmpty));
    }
    Ok(PhoneNumber::parse(text)?)
}

fn idempotency_key(field: &JsonField) -> Result<Option<IdempotencyKey>, ApiError> {
    let parsed = match field {
        JsonField::Absent => return Ok(None),
        JsonField::Text(text) => IdempotencyKey::parse(text).ok(),
        JsonField::Other => None,
    };
    parsed
        .map(Some)
        .ok_or(ApiError::Plain(ErrorCode::IdempotencyKeyMustBeUuid))
}
