//! `GET /v1/test/messages`: the messages that test keys sent, with their codes.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::recipient::Recipient;
use otp_core::test_inbox::ShownTestMessage;
use otp_core::time::Timestamp;
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::read_test_inbox::ReadTestInboxRequest;
use otp_edge::resource_at;
use serde::Serialize;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoParams, IntoResponses, ToSchema};

use crate::answer;
use crate::authentication::authenticate;
use crate::error::{self, ApiError, ErrorCode};
use crate::parameter::{
    Documented, INSTANT, InvalidQuery, PHONE_OR_EMAIL, Query, QueryParameter, WAIT, documents,
};
use crate::state::ApiState;
use crate::waiting::run_while_awaited;
use crate::wire::{ChannelName, RequestHeaders, Time};

const PATH: &str = "/v1/test/messages";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).get(get).finish()
}

const TO: QueryParameter<Recipient> = QueryParameter {
    name: "to",
    description: "Only messages to this number, in E.164, or to this e-mail address. A plus sign in a query \
                  is a space: write `%2B`, or leave it out of a number.",
    value: PHONE_OR_EMAIL,
};

const FROM: QueryParameter<Timestamp> = QueryParameter {
    name: "from",
    description: "Only messages accepted at this time or later (RFC 3339). With `waitSeconds`, older messages \
                  do not end the wait.",
    value: INSTANT,
};

const WAIT_SECONDS: QueryParameter<Duration> = QueryParameter {
    name: "waitSeconds",
    description: "How long to wait if there is no message.",
    value: WAIT,
};

/// The parameters of the query.
pub(crate) const QUERY: [&dyn Documented; 3] = [&TO, &FROM, &WAIT_SECONDS];

struct ListTestMessagesQuery;

impl IntoParams for ListTestMessagesQuery {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        documents(&QUERY)
    }
}

/// Messages of a test inbox.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListTestMessagesResponse {
    /// The newest messages, newest first, at most 100.
    data: Vec<TestMessage>,
}

/// A message that a test key sent. No provider got it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestMessage {
    /// The recipient: a number in E.164 or an e-mail address.
    to: String,
    /// The channel that would have carried it.
    #[schema(value_type = ChannelName)]
    channel: &'static str,
    /// Its code.
    code: String,
    /// Time of its acceptance, in UTC.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
}

/// Lists the messages that the account's test keys sent, newest first, with their codes. It needs a test
/// key, `otp_test_…`.
///
/// Messages of test keys reach no phone and no mailbox, cost nothing, and are kept for a day. With
/// `waitSeconds`, the answer comes as soon as there is a message, or without one when the time is over. At
/// most 10 requests of an account wait at a time.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "ListTestMessages",
    tag = "Tests",
    security(("ApiKey" = [])),
    params(ListTestMessagesQuery, RequestHeaders),
    responses(
        (
            status = 200,
            description = "The messages; none if there were none in time.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = ListTestMessagesResponse,
            example = json!({
                "data": [{
                    "to": "+12025550100",
                    "channel": "whatsapp",
                    "code": "424242",
                    "createdAt": "2026-05-14T09:13:42.812Z",
                }],
            }),
        ),
        Refusals,
    ),
)]
pub(crate) async fn get(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let messages = list(&request, &state).await;
    answer::json(&request, messages.map(ListTestMessagesResponse::from))
}

async fn list(request: &HttpRequest, state: &ApiState) -> Result<Vec<ShownTestMessage>, ApiError> {
    let caller = authenticate(request, state).await?;
    let wanted = parse(caller, &Query::read(request, &QUERY)?)?;
    let read_test_inbox = state.read_test_inbox.clone();
    run_while_awaited(state, async move { read_test_inbox.execute(wanted).await }).await
}

fn parse(caller: Caller, query: &Query) -> Result<ReadTestInboxRequest, InvalidQuery> {
    Ok(ReadTestInboxRequest {
        account_id: caller.account_id,
        to: query.get(&TO)?,
        from: query.get(&FROM)?,
        wait: query.get(&WAIT_SECONDS)?.unwrap_or_default(),
    })
}

impl From<Vec<ShownTestMessage>> for ListTestMessagesResponse {
    fn from(messages: Vec<ShownTestMessage>) -> Self {
        Self {
            data: messages.into_iter().map(TestMessage::from).collect(),
        }
    }
}

impl From<ShownTestMessage> for TestMessage {
    fn from(message: ShownTestMessage) -> Self {
        Self {
            to: message.to.as_str().to_owned(),
            channel: message.channel.as_str(),
            code: message.code.expose().to_owned(),
            created_at: message.received_at.into(),
        }
    }
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[
            ErrorCode::InvalidQueryParameter,
            ErrorCode::TestKeyRequired,
            ErrorCode::TooManyWaiting,
        ])
    }
}
