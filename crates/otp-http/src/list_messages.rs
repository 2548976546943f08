//! `GET /v1/messages`: the caller's messages, newest first, page by page.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use otp_core::message::{Cursor, MessageStatus, PageSize};
use otp_core::recipient::PhoneNumber;
use otp_core::time::Timestamp;
use otp_core::usecases::list_messages::{ListMessagesRequest, MessagePage};
use serde::Serialize;
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoParams, IntoResponses, ToSchema};

use crate::authentication::authenticate;
use crate::context::RequestContext;
use crate::error::{self, ApiError, ErrorCode, NO_STORE};
use crate::message_resource::MessageResource;
use crate::openapi::RequestHeaders;
use crate::query::{Parameter, Parameters};
use crate::send_message::MessageStatusName;
use crate::state::ApiState;

/// Its path.
pub(crate) const PATH: &str = "/v1/messages";

/// Which messages.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "documents the parameters that are read one by one"
)]
struct ListMessagesQuery {
    /// Only messages that stand there now.
    status: Option<MessageStatusName>,
    /// Only messages to this number, in E.164. A plus sign in a query is a space: write `%2B`, or leave
    /// it out.
    #[param(example = "966551234567")]
    recipient: Option<String>,
    /// Only messages created then or later (RFC 3339).
    #[param(format = DateTime)]
    from: Option<String>,
    /// Only messages created before (RFC 3339).
    #[param(format = DateTime)]
    to: Option<String>,
    /// How many.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u8>,
    /// Where the page begins: `nextCursor` of the page before.
    cursor: Option<String>,
}

/// A page of messages.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListMessagesResponse {
    /// The messages, newest first.
    data: Vec<MessageResource>,
    /// What to ask the next page with; null if there is none.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Lists messages, newest first. Messages that come in while you turn the pages neither move a page nor
/// show twice.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "ListMessages",
    tag = "Messages",
    security(("ApiKey" = [])),
    params(ListMessagesQuery, RequestHeaders),
    responses(
        (
            status = 200,
            description = "A page of messages.",
            headers(("X-Request-Id" = String, description = "Names this request.")),
            body = ListMessagesResponse,
            example = json!({
                "data": [{
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
                }],
                "nextCursor": "AQAAAZ4lvZqcAZ4lvZqcf1yJLEHz2aTi9Q",
            }),
        ),
        Refusals,
    ),
)]
pub(crate) async fn get(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    match list(&request, &state).await {
        Ok(page) => HttpResponse::Ok()
            .insert_header(NO_STORE)
            .json(ListMessagesResponse::from(page)),
        Err(error) => error.answer(&RequestContext::of(&request)),
    }
}

async fn list(request: &HttpRequest, state: &ApiState) -> Result<MessagePage, ApiError> {
    let caller = authenticate(request, state).await?;
    let wanted = parse(&Parameters::read(request)?)?;
    let list_messages = state.list_messages.clone();
    let page = state
        .run(async move { list_messages.execute(caller, wanted).await })
        .await?;
    Ok(page?)
}

fn parse(parameters: &Parameters) -> Result<ListMessagesRequest, ApiError> {
    let size = parameters.get(Parameter::Limit, |text| PageSize::parse(text).ok())?;
    Ok(ListMessagesRequest {
        status: parameters.get(Parameter::Status, MessageStatus::parse)?,
        recipient: parameters.get(Parameter::Recipient, recipient)?,
        from: parameters.get(Parameter::From, instant)?,
        to: parameters.get(Parameter::To, instant)?,
        cursor: parameters.get(Parameter::Cursor, |text| Cursor::parse(text).ok())?,
        size: size.unwrap_or_default(),
    })
}

/// A number whose plus sign became a space on its way through the query, or was left out.
fn recipient(text: &str) -> Option<PhoneNumber> {
    let digits = text.trim_start_matches([' ', '+']);
    PhoneNumber::parse(&format!("+{digits}")).ok()
}

/// An instant whose offset's plus sign may have become a space on its way through the query.
fn instant(text: &str) -> Option<Timestamp> {
    Timestamp::parse(&text.replace(' ', "+")).ok()
}

impl From<MessagePage> for ListMessagesResponse {
    fn from(page: MessagePage) -> Self {
        Self {
            data: page
                .messages
                .into_iter()
                .map(MessageResource::from)
                .collect(),
            next_cursor: page.next.map(|cursor| cursor.to_string()),
        }
    }
}

/// The codes this endpoint may answer, beside those that every endpoint may.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[ErrorCode::InvalidQueryParameter])
    }
}
