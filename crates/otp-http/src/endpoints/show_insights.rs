//! `GET /v1/insights`: counts how far the messages of the account got.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::insights::{FunnelRow, GroupBy};
use otp_core::time::Timestamp;
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::show_insights::ShowInsightsRequest;
use otp_edge::resource_at;
use serde::Serialize;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoParams, IntoResponses, ToSchema};

use crate::answer;
use crate::authentication::authenticate;
use crate::error::{self, ApiError, ErrorCode};
use crate::parameter::{
    Documented, GROUP_BY, INSTANT, InvalidQuery, Query, QueryParameter, documents,
};
use crate::state::ApiState;
use crate::wire::RequestHeaders;

const PATH: &str = "/v1/insights";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).get(get).finish()
}

const FROM: QueryParameter<Timestamp> = QueryParameter {
    name: "from",
    description: "Only messages created at this time or later (RFC 3339). Without it, the 24 hours before `until`.",
    value: INSTANT,
};

const UNTIL: QueryParameter<Timestamp> = QueryParameter {
    name: "until",
    description: "Only messages created before this time (RFC 3339). Without it, until now.",
    value: INSTANT,
};

const GROUPED_BY: QueryParameter<GroupBy> = QueryParameter {
    name: "groupBy",
    description: "What the rows stand for. A day is one in UTC.",
    value: GROUP_BY,
};

/// The parameters of the query.
pub(crate) const QUERY: [&dyn Documented; 3] = [&FROM, &UNTIL, &GROUPED_BY];

struct ShowInsightsQuery;

impl IntoParams for ShowInsightsQuery {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        documents(&QUERY)
    }
}

/// How far the messages of a period got.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShowInsightsResponse {
    /// A row for each group that has messages: days in their order, other groups from the largest on.
    data: Vec<InsightsRow>,
}

/// The messages of one country, template, channel or day. Each stage includes the later ones: a message
/// that was read counts as delivered and sent, too.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InsightsRow {
    /// The group: a country code (ISO 3166-1, or 001 for numbers of no country), a template's name, a
    /// channel, or a day (YYYY-MM-DD). Null for messages without: e-mails have no country and no template,
    /// and a template may have been removed.
    #[schema(required = true)]
    key: Option<String>,
    /// Messages that this service accepted.
    accepted: usize,
    /// Messages that WhatsApp or the mail server accepted.
    sent: usize,
    /// Messages that reached the recipient's device. Mail servers do not report it.
    delivered: usize,
    /// Messages whose chat was opened. Recipients may turn the report off.
    read: usize,
    /// Codes that the person typed: those whose outcome you reported as `verified`, and approved
    /// verifications, which count once, at the newest message that arrived.
    verified: usize,
    /// Median of the milliseconds from acceptance to the report of the delivery; null if none was reported.
    #[schema(required = true)]
    p50_ms: Option<u64>,
    /// Milliseconds within which 95 of 100 deliveries were reported; null if none was.
    #[schema(required = true)]
    p95_ms: Option<u64>,
}

impl From<Vec<FunnelRow>> for ShowInsightsResponse {
    fn from(rows: Vec<FunnelRow>) -> Self {
        Self {
            data: rows.into_iter().map(InsightsRow::from).collect(),
        }
    }
}

impl From<FunnelRow> for InsightsRow {
    fn from(row: FunnelRow) -> Self {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self {
            key: row.key,
            accepted: row.accepted,
            sent: row.sent,
            delivered: row.delivered,
            read: row.read,
            verified: row.verified,
            p50_ms: row.p50.map(millis),
            p95_ms: row.p95.map(millis),
        }
    }
}

/// The example of the reference.
fn example() -> ShowInsightsResponse {
    let whatsapp = FunnelRow {
        key: Some("SA".to_owned()),
        accepted: 1_204,
        sent: 1_198,
        delivered: 1_177,
        read: 902,
        verified: 1_101,
        p50: Some(Duration::from_millis(1_840)),
        p95: Some(Duration::from_millis(6_310)),
    };
    let email = FunnelRow {
        key: None,
        accepted: 38,
        sent: 37,
        delivered: 0,
        read: 0,
        verified: 29,
        p50: None,
        p95: None,
    };
    vec![whatsapp, email].into()
}

/// Counts how far the messages of a period got, and how many codes were verified: the funnel from
/// acceptance to the typed code, by country, template, channel or day.
///
/// A period may have at most 50,000 messages; choose a shorter one if it has more.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "ShowInsights",
    tag = "Insights",
    security(("ApiKey" = [])),
    params(ShowInsightsQuery, RequestHeaders),
    responses(
        (
            status = 200,
            description = "How far the messages got.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = ShowInsightsResponse,
            example = json!(example()),
        ),
        Refusals,
    ),
)]
pub(crate) async fn get(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let rows = show(&request, &state).await;
    answer::json(&request, rows.map(ShowInsightsResponse::from))
}

async fn show(request: &HttpRequest, state: &ApiState) -> Result<Vec<FunnelRow>, ApiError> {
    let caller = authenticate(request, state).await?;
    let wanted = parse(caller, &Query::read(request, &QUERY)?)?;
    let show_insights = state.show_insights.clone();
    let rows = state
        .runner
        .run(async move { show_insights.execute(wanted).await })
        .await?;
    Ok(rows?)
}

fn parse(caller: Caller, query: &Query) -> Result<ShowInsightsRequest, InvalidQuery> {
    Ok(ShowInsightsRequest {
        account_id: caller.account_id,
        from: query.get(&FROM)?,
        until: query.get(&UNTIL)?,
        group_by: query.get(&GROUPED_BY)?.unwrap_or_default(),
    })
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[ErrorCode::InvalidQueryParameter, ErrorCode::InvalidRequest])
    }
}
