//! `GET /v1/messages`: lists the messages of the account, newest first, page by page.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::message::MessageStatus;
use otp_core::page::{Cursor, Page, PageSize};
use otp_core::recipient::Recipient;
use otp_core::time::Timestamp;
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::list_messages::ListMessagesRequest;
use otp_core::usecases::show_message::OpenedMessage;
use otp_edge::resource_at;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoParams, IntoResponses};

use crate::answer;
use crate::authentication::authenticate;
use crate::error::{self, ApiError, ErrorCode};
use crate::parameter::{
    CURSOR, Documented, INSTANT, InvalidQuery, MESSAGE_STATUS, PAGE_SIZE, PHONE_OR_EMAIL, Query,
    QueryParameter, documents,
};
use crate::state::ApiState;
use crate::wire::{ListPage, MessageResource, PageOf, RequestHeaders};

const PATH: &str = "/v1/messages";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).get(get).finish()
}

const STATUS: QueryParameter<MessageStatus> = QueryParameter {
    name: "status",
    description: "Only messages with this status.",
    value: MESSAGE_STATUS,
};

const RECIPIENT: QueryParameter<Recipient> = QueryParameter {
    name: "recipient",
    description: "Only messages to this number in E.164, or to this mail address. A plus sign in a query is a space: write \
                  `%2B`, or leave it out.",
    value: PHONE_OR_EMAIL,
};

const FROM: QueryParameter<Timestamp> = QueryParameter {
    name: "from",
    description: "Only messages created at this time or later (RFC 3339).",
    value: INSTANT,
};

const UNTIL: QueryParameter<Timestamp> = QueryParameter {
    name: "until",
    description: "Only messages created before this time (RFC 3339).",
    value: INSTANT,
};

const TO: QueryParameter<Timestamp> = QueryParameter {
    name: "to",
    description: "Another name of `until`, for clients that use it already. A query has one of them.",
    value: INSTANT,
};

const LIMIT: QueryParameter<PageSize> = QueryParameter {
    name: "limit",
    description: "The number of messages on a page.",
    value: PAGE_SIZE,
};

const FROM_CURSOR: QueryParameter<Cursor> = QueryParameter {
    name: "cursor",
    description: "The beginning of the page: `nextCursor` of the page before.",
    value: CURSOR,
};

/// The parameters of the query.
pub(crate) const QUERY: [&dyn Documented; 7] = [
    &STATUS,
    &RECIPIENT,
    &FROM,
    &UNTIL,
    &TO,
    &LIMIT,
    &FROM_CURSOR,
];

struct ListMessagesQuery;

impl IntoParams for ListMessagesQuery {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        documents(&QUERY)
    }
}

type ListMessagesResponse = ListPage<MessageResource>;

impl PageOf for MessageResource {
    const SCHEMA: &'static str = "ListMessagesResponse";
    const DESCRIPTION: &'static str = "A page of messages.";
    const DATA: &'static str = "The messages, newest first.";
}

/// Lists messages, newest first. Messages that are created meanwhile neither move a page nor appear
/// twice.
///
/// Read on until `nextCursor` is null. With `status`, a page looks at the next 1,000 messages at most, so
/// it may have fewer messages than `limit`, or none, and continue all the same.
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
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = ListMessagesResponse,
            example = json!({
                "data": [{
                    "id": "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2",
                    "messageStatus": "Delivered",
                    "channel": "whatsapp",
                    "to": "+966551234567",
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
                    "outcome": "verified",
                    "outcomeAt": "2026-05-14T09:14:10.020Z",
                }],
                "nextCursor": "AQAAAZ4lvZqcAZ4lvZqcf1yJLEHz2aTi9Q",
            }),
        ),
        Refusals,
    ),
)]
pub(crate) async fn get(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let page = list(&request, &state).await;
    answer::json(&request, page.map(ListMessagesResponse::from))
}

async fn list(request: &HttpRequest, state: &ApiState) -> Result<Page<OpenedMessage>, ApiError> {
    let caller = authenticate(request, state).await?;
    let wanted = parse(caller, &Query::read(request, &QUERY)?)?;
    let list_messages = state.list_messages.clone();
    let page = state
        .runner
        .run(async move { list_messages.execute(wanted).await })
        .await?;
    Ok(page?)
}

fn parse(caller: Caller, query: &Query) -> Result<ListMessagesRequest, InvalidQuery> {
    let size = query.get(&LIMIT)?;
    let (until, to) = (query.get(&UNTIL)?, query.get(&TO)?);
    if until.is_some() && to.is_some() {
        return Err(InvalidQuery::Duplicate { name: UNTIL.name });
    }
    Ok(ListMessagesRequest {
        account_id: caller.account_id,
        status: query.get(&STATUS)?,
        recipient: query.get(&RECIPIENT)?,
        from: query.get(&FROM)?,
        to: until.or(to),
        cursor: query.get(&FROM_CURSOR)?,
        size: size.unwrap_or_default(),
    })
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[ErrorCode::InvalidQueryParameter])
    }
}
