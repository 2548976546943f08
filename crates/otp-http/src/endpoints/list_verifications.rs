//! `GET /v1/verifications`: lists the verifications of the account, newest first, page by page.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use otp_core::page::{Cursor, Page, PageSize};
use otp_core::recipient::Recipient;
use otp_core::time::Timestamp;
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::list_verifications::ListVerificationsRequest;
use otp_core::usecases::show_verification::ShownVerification;
use otp_core::verification::VerificationStatus;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoParams, IntoResponses};

use crate::answer;
use crate::authentication::authenticate;
use crate::error::{self, ApiError, ErrorCode};
use crate::parameter::{
    CURSOR, Documented, INSTANT, InvalidQuery, PAGE_SIZE, PHONE_OR_EMAIL, Query, QueryParameter,
    VERIFICATION_STATUS, documents,
};
use crate::state::ApiState;
use crate::wire::{ListPage, PageOf, RequestHeaders, VerificationResource};

const STATUS: QueryParameter<VerificationStatus> = QueryParameter {
    name: "status",
    description: "Only verifications with this status.",
    value: VERIFICATION_STATUS,
};

const RECIPIENT: QueryParameter<Recipient> = QueryParameter {
    name: "recipient",
    description: "Only verifications of this number, in E.164, or of this e-mail address. A plus sign in a \
                  query is a space: write `%2B`, or leave it out of a number.",
    value: PHONE_OR_EMAIL,
};

const FROM: QueryParameter<Timestamp> = QueryParameter {
    name: "from",
    description: "Only verifications created at this time or later (RFC 3339).",
    value: INSTANT,
};

const UNTIL: QueryParameter<Timestamp> = QueryParameter {
    name: "until",
    description: "Only verifications created before this time (RFC 3339).",
    value: INSTANT,
};

const LIMIT: QueryParameter<PageSize> = QueryParameter {
    name: "limit",
    description: "The number of verifications on a page.",
    value: PAGE_SIZE,
};

const FROM_CURSOR: QueryParameter<Cursor> = QueryParameter {
    name: "cursor",
    description: "The beginning of the page: `nextCursor` of the page before.",
    value: CURSOR,
};

const PATH: &str = "/v1/verifications";

/// The parameters of the query.
pub(crate) const QUERY: [&dyn Documented; 6] =
    [&STATUS, &RECIPIENT, &FROM, &UNTIL, &LIMIT, &FROM_CURSOR];

struct ListVerificationsQuery;

impl IntoParams for ListVerificationsQuery {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        documents(&QUERY)
    }
}

type ListVerificationsResponse = ListPage<VerificationResource>;

impl PageOf for VerificationResource {
    const SCHEMA: &'static str = "ListVerificationsResponse";
    const DESCRIPTION: &'static str = "A page of verifications.";
    const DATA: &'static str = "The verifications, newest first.";
}

/// Lists verifications, newest first. Verifications that are created meanwhile neither move a page nor
/// appear twice.
///
/// Read on until `nextCursor` is null. With `status`, a page looks at the next 1,000 verifications at most,
/// so it may have fewer than `limit`, or none, and continue all the same.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "ListVerifications",
    tag = "Verifications",
    security(("ApiKey" = [])),
    params(ListVerificationsQuery, RequestHeaders),
    responses(
        (
            status = 200,
            description = "A page of verifications.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = ListVerificationsResponse,
            example = json!({
                "data": [{
                    "id": "0199e1f4-3a5c-7d20-9c0e-6f1b2c3d4e5f",
                    "status": "Expired",
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
                }],
                "nextCursor": "AQAAAZ4lvZqcAZ4lvZqcf1yJLEHz2aTi9Q",
            }),
        ),
        Refusals,
    ),
)]
pub(crate) async fn get(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let page = list(&request, &state).await;
    answer::json(&request, page.map(ListVerificationsResponse::from))
}

async fn list(
    request: &HttpRequest,
    state: &ApiState,
) -> Result<Page<ShownVerification>, ApiError> {
    let caller = authenticate(request, state).await?;
    let wanted = parse(caller, &Query::read(request, &QUERY)?)?;
    let list_verifications = state.list_verifications.clone();
    let page = state
        .runner
        .run(async move { list_verifications.execute(wanted).await })
        .await?;
    Ok(page?)
}

fn parse(caller: Caller, query: &Query) -> Result<ListVerificationsRequest, InvalidQuery> {
    let size = query.get(&LIMIT)?;
    Ok(ListVerificationsRequest {
        account_id: caller.account_id,
        status: query.get(&STATUS)?,
        recipient: query.get(&RECIPIENT)?,
        from: query.get(&FROM)?,
        until: query.get(&UNTIL)?,
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
